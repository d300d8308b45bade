import { describe, expect, it } from 'vitest';
import { addressesForContainers } from './container-addresses.js';

const gatewayOf = async (engine: { url: string }, network?: string): Promise<string> =>
  network === undefined ? `gateway of ${engine.url}` : `gateway of ${network}`;
const asked = (environment: Record<string, string>): Promise<Record<string, string>> =>
  addressesForContainers(environment, {
    gatewayOf,
    towardsCluster: async (configFile) => `towards the cluster of ${configFile}`,
  });

describe('where services and workers in containers reach each other on one computer', () => {
  it("is the engine's bridge, or that of the network that workers join", async () => {
    const gateway = 'gateway of unix:///var/run/docker.sock';
    expect(await asked({ MUSTER_BACKEND: 'docker' })).toEqual({
      MUSTER_INTERNAL_HOST: gateway,
      MUSTER_SESSION_INTERNAL_HOST: gateway,
      MUSTER_WORKER_BIND_HOST: gateway,
      MUSTER_WORKER_ADVERTISE_HOST: gateway,
    });
    expect(await asked({ MUSTER_BACKEND: 'docker', MUSTER_DOCKER_NETWORK: 'own' })).toMatchObject({
      MUSTER_INTERNAL_HOST: 'gateway of own',
    });
  });

  it('is the address that this computer has towards the cluster, where workers are pods', async () => {
    const environment = { MUSTER_BACKEND: 'kubernetes', MUSTER_KUBERNETES_CONFIG_FILE: '/etc/kubeconfig' };
    expect(await asked(environment)).toMatchObject({
      MUSTER_INTERNAL_HOST: 'towards the cluster of /etc/kubeconfig',
      MUSTER_WORKER_ADVERTISE_HOST: 'towards the cluster of /etc/kubeconfig',
    });
  });

  it('is what the operator says', async () => {
    const environment = { MUSTER_BACKEND: 'docker', MUSTER_INTERNAL_HOST: '127.0.0.1', MUSTER_WORKER_BIND_HOST: '::' };
    expect(Object.keys(await asked(environment))).toEqual([
      'MUSTER_SESSION_INTERNAL_HOST',
      'MUSTER_WORKER_ADVERTISE_HOST',
    ]);
    expect(await asked({ MUSTER_BACKEND: 'docker', MUSTER_WORKER_REACH: 'name' })).toEqual({});
  });

  it('needs nothing where workers are processes, and is left to the services where settings are wrong', async () => {
    expect(await asked({})).toEqual({});
    expect(await asked({ MUSTER_BACKEND: 'docker', MUSTER_PORT: 'many' })).toEqual({});
  });
});
