import { mkdirSync, writeFileSync, chmodSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { orchestratorConformance, probeCommand, type ConformanceHarness } from '../../conformance/index.js';
import { kubeconfig, KubernetesBench, probeImage } from './testing/kubernetes-bench.js';

const bench = new KubernetesBench();
const image = { linux: probeImage };

const harness: ConformanceHarness = {
  open: () => bench.open({ endedKept: 500 }),
  run: (behaviour) => ({ image, command: probeCommand(behaviour, '/usr/local/bin/node') }),
  unknownProgram: { image, command: ['/nonexistent/program', '--flag'] },
  missingImage: { image: { linux: '127.0.0.1:1/nobody/nothing:1' } },
  // The cluster's, ours and the image's.
  mayAddToEnvironment: [
    'PATH HOSTNAME HOME TMPDIR LANG NVIDIA_VISIBLE_DEVICES NODE_VERSION YARN_VERSION NODE_EXTRA_CA_CERTS'.split(' '),
    'npm_config_registry KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT KUBERNETES_SERVICE_PORT_HTTPS'.split(' '),
    'KUBERNETES_PORT KUBERNETES_PORT_443_TCP KUBERNETES_PORT_443_TCP_PROTO KUBERNETES_PORT_443_TCP_PORT'.split(' '),
    'KUBERNETES_PORT_443_TCP_ADDR'.split(' '),
  ].flat(),
  freePort,
  isListening,
  async interrupt() {
    bench.proxy.cut();
  },
  folder: { source: 'data', file: 'greeting', text: 'hello' },
  secret: { env: 'LICENCE_FILE', name: 'licence' },
};

describe.skipIf(kubeconfig === '')(
  'the kubernetes back end keeps the promises of the orchestrator contract: it',
  () => {
    beforeAll(async () => {
      await bench.prepare();
      const shared = join(bench.folder, 'data');
      mkdirSync(shared);
      for (const folder of [bench.folder, shared]) chmodSync(folder, 0o777);
      writeFileSync(join(shared, 'greeting'), 'hello');
      await bench.claim('data', shared);
      const metadata = { name: 'licence', namespace: bench.namespace };
      await bench.apply({ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { licence: 'key' } });
    }, 60_000);

    afterAll(() => bench.clear(), 60_000);

    for (const { name, run } of orchestratorConformance(harness))
      it(name, (test) => run((why) => test.skip(why)), 120_000);
  },
);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Nodes of a test's cluster are on this computer, which reaches the addresses of their pods. */
function isListening(port: number, address = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
