import type { DockerHost } from './docker-hosts.js';
import type { ServiceSpec } from './backend-launcher.js';
import type { PublishedPort } from '@muster/orchestrator';
import { smallMemory } from './service-environment.js';

/** Where the internal listener is, inside the container. */
const innerPort = 8601;
const dataDir = '/var/lib/muster';
const tlsDir = '/run/muster/engine-tls';
const keyName = 'local-directory.key';
const memoryBytes = 384 * 2 ** 20;
const processes = 200;

/** What the local directory of a host is told of its node, above the settings of the whole installation. */
export function hostEnvironment(host: DockerHost): Record<string, string> {
  const { nodeEngine, network, address, bindHost, workerPorts, forwarderPorts, internalPort } = host;
  return {
    ...smallMemory,
    MUSTER_BACKEND: 'docker',
    MUSTER_DOCKER_HOST: nodeEngine,
    ...(host.nodeTlsFolder === undefined ? {} : { MUSTER_DOCKER_TLS_DIR: tlsDir }),
    MUSTER_DOCKER_NETWORK: network,
    MUSTER_WORKER_REACH: 'mixed',
    MUSTER_WORKER_BIND_HOST: bindHost,
    MUSTER_WORKER_ADVERTISE_HOST: address,
    MUSTER_WORKER_PORTS: textOf(workerPorts),
    MUSTER_FORWARDER_PORTS: textOf(forwarderPorts),
    MUSTER_HOST: '127.0.0.1',
    MUSTER_PORT: '0',
    MUSTER_INTERNAL_HOST: '0.0.0.0',
    MUSTER_INTERNAL_PORT: String(innerPort),
    MUSTER_INTERNAL_URL: `http://${address.includes(':') ? `[${address}]` : address}:${internalPort}`,
    MUSTER_DATA_DIR: dataDir,
    MUSTER_NODE_NAME: host.name,
    ...unlessEmpty(
      'MUSTER_NODE_LABELS',
      Object.entries(host.labels).map(([name, value]) => `${name}=${value}`),
    ),
    ...unlessEmpty('MUSTER_NODE_POOLS', host.pools),
    ...host.settings,
  };
}

/** The local directory of a host as a container of its engine. Pure. */
export function localDirectorySpec(
  host: DockerHost,
  { image, env, graceMs }: { image: string; env: Readonly<Record<string, string>>; graceMs: number },
): ServiceSpec {
  const tls = host.nodeTlsFolder;
  return {
    run: { image: { linux: image }, command: ['local-directory'] },
    env,
    secrets: [{ env: 'MUSTER_JOIN_KEY_FILE', name: keyName, path: `${host.keysFolder}/${keyName}` }],
    mounts: [
      { name: 'node', source: host.volume, path: dataDir, readOnly: false },
      ...(tls === undefined ? [] : [{ name: 'engine-tls', source: tls, path: tlsDir, readOnly: true }]),
    ],
    ports: portsOf(host),
    booking: {
      amounts: { cpuMillis: 500, memoryBytes, diskBytes: 0, ports: 0 },
      gpus: [],
      hostPorts: [],
    },
    limits: { memoryBytes, processes },
    graceMs,
  };
}

function portsOf({ bindHost: hostAddress, internalPort, forwarderPorts }: DockerHost): PublishedPort[] {
  const { first, last } = forwarderPorts;
  const forwarders = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  return [
    { port: innerPort, hostAddress, hostPort: internalPort },
    ...forwarders.map((port) => ({ port, hostAddress, hostPort: port })),
  ];
}

function textOf({ first, last }: { first: number; last: number }): string {
  return `${first}-${last}`;
}

function unlessEmpty(name: string, values: readonly string[]): Record<string, string> {
  return values.length === 0 ? {} : { [name]: values.join(',') };
}
