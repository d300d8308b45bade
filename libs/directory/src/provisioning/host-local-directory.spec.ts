import { describe, expect, it } from 'vitest';
import type { DockerHost } from './docker-hosts.js';
import { hostEnvironment, localDirectorySpec } from './host-local-directory.js';
import { elsewhere } from './service-environment.js';

const host: DockerHost = {
  name: 'render-1',
  engine: 'tcp://render-1.example:2376',
  nodeEngine: 'tcp://10.1.0.7:2376',
  nodeTlsFolder: '/srv/muster/tls',
  address: 'fd00::7',
  bindHost: '10.1.0.7',
  workerPorts: { first: 21_000, last: 21_007 },
  forwarderPorts: { first: 21_008, last: 21_008 },
  internalPort: 21_009,
  network: 'muster_workers',
  volume: 'muster-node-render-1',
  keysFolder: '/srv/muster/keys',
  labels: { site: 'a', disk: 'ssd' },
  pools: ['render'],
  settings: { MUSTER_DOCKER_PULL: 'never' },
};

describe('the local directory of a host', () => {
  it('is told its node, its engine as it reaches it, and how others reach it', () => {
    expect(hostEnvironment(host)).toEqual({
      MALLOC_ARENA_MAX: '1',
      NODE_OPTIONS: '--max-semi-space-size=1',
      MUSTER_BACKEND: 'docker',
      MUSTER_DOCKER_HOST: 'tcp://10.1.0.7:2376',
      MUSTER_DOCKER_TLS_DIR: '/run/muster/engine-tls',
      MUSTER_DOCKER_NETWORK: 'muster_workers',
      MUSTER_WORKER_REACH: 'mixed',
      MUSTER_WORKER_BIND_HOST: '10.1.0.7',
      MUSTER_WORKER_ADVERTISE_HOST: 'fd00::7',
      MUSTER_WORKER_PORTS: '21000-21007',
      MUSTER_FORWARDER_PORTS: '21008-21008',
      MUSTER_HOST: '127.0.0.1',
      MUSTER_PORT: '0',
      MUSTER_INTERNAL_HOST: '0.0.0.0',
      MUSTER_INTERNAL_PORT: '8601',
      MUSTER_INTERNAL_URL: 'http://[fd00::7]:21009',
      MUSTER_DATA_DIR: '/var/lib/muster',
      MUSTER_NODE_NAME: 'render-1',
      MUSTER_NODE_LABELS: 'site=a,disk=ssd',
      MUSTER_NODE_POOLS: 'render',
      MUSTER_DOCKER_PULL: 'never',
    });
  });

  it('is a container with limits, with its key as a file and its state in a volume', () => {
    expect(localDirectorySpec(host, { image: 'muster/services:1', env: { A: 'b' }, graceMs: 5000 })).toEqual({
      run: { image: { linux: 'muster/services:1' }, command: ['local-directory'] },
      env: { A: 'b' },
      secrets: [
        {
          env: 'MUSTER_JOIN_KEY_FILE',
          name: 'local-directory.key',
          path: '/srv/muster/keys/local-directory.key',
        },
      ],
      mounts: [
        { name: 'node', source: 'muster-node-render-1', path: '/var/lib/muster', readOnly: false },
        { name: 'engine-tls', source: '/srv/muster/tls', path: '/run/muster/engine-tls', readOnly: true },
      ],
      ports: [
        { port: 8601, hostAddress: '10.1.0.7', hostPort: 21_009 },
        { port: 21_008, hostAddress: '10.1.0.7', hostPort: 21_008 },
      ],
      booking: {
        amounts: { cpuMillis: 500, memoryBytes: 402_653_184, diskBytes: 0, ports: 0 },
        gpus: [],
        hostPorts: [],
      },
      limits: { memoryBytes: 402_653_184, processes: 200 },
      graceMs: 5000,
    });
  });

  it('gets neither secrets nor places of another computer from the settings of the installation', () => {
    const environment = {
      MUSTER_LOG_LEVEL: 'info',
      MUSTER_AUTH_URL: 'http://auth:8601',
      MONGODB_URI: 'mongodb://user:password@db',
      MUSTER_INSTALLATION_KEY: 'secret',
      MUSTER_DOCKER_CONFIG_FILE: '/root/.docker/config.json',
      MUSTER_SECRETS_DIR: '/srv/secrets',
      MUSTER_MOUNTS: 'data=/srv/data',
      MUSTER_CATALOGUE: '/srv/catalogue',
    };
    expect(elsewhere(environment)).toEqual({ MUSTER_LOG_LEVEL: 'info', MUSTER_AUTH_URL: 'http://auth:8601' });
  });
});
