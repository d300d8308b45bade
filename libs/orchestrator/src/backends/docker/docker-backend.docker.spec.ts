import { mkdirSync, writeFileSync, chmodSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { orchestratorConformance, probeCommand, type ConformanceHarness } from '../../conformance/index.js';
import { DockerBench, engineUrl, freePort, probeImage } from './testing/docker-bench.js';
import { EngineProxy } from './testing/engine-proxy.js';

const bench = new DockerBench();
const proxy = new EngineProxy(join(bench.folder, 'engine.sock'), engineUrl.replace('unix://', ''));
const secretPath = join(bench.folder, 'licence');
writeFileSync(secretPath, 'key');
const shared = join(bench.folder, 'data');
mkdirSync(shared);
chmodSync(shared, 0o777);
writeFileSync(join(shared, 'greeting'), 'hello');

const image = { linux: probeImage };

const harness: ConformanceHarness = {
  open: () => bench.open({ engine: { url: proxy.url }, endedKept: 500 }),
  run: (behaviour) => ({ image, command: probeCommand(behaviour, '/usr/local/bin/node') }),
  unknownProgram: { image, command: ['/nonexistent/program', '--flag'] },
  missingImage: { image: { linux: '127.0.0.1:1/nobody/nothing:1' } },
  // The engine's, ours and the image's.
  mayAddToEnvironment:
    'PATH HOSTNAME HOME TMPDIR LANG NODE_VERSION YARN_VERSION NODE_EXTRA_CA_CERTS npm_config_registry'.split(' '),
  freePort,
  isListening,
  async interrupt() {
    proxy.cut();
  },
  folder: { source: shared, file: 'greeting', text: 'hello' },
  secret: { env: 'LICENCE_FILE', name: 'licence', path: secretPath },
};

beforeAll(async () => {
  await proxy.start();
});

afterAll(async () => {
  await bench.clear();
  await proxy.stop();
});

describe('the docker back end keeps the promises of the orchestrator contract: it', () => {
  for (const { name, run } of orchestratorConformance(harness)) it(name, (test) => run((why) => test.skip(why)));
});

/** A proxy of the engine takes connections even where nobody listens behind it, and closes them without a word. */
function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
