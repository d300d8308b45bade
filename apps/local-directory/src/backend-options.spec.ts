import type { InstallationId, NodeId } from '@muster/contracts';
import { loadConfiguration } from '@muster/platform';
import { describe, expect, it } from 'vitest';
import { backendOptions } from './backend-options.js';
import { localDirectorySettings, type LocalDirectorySettings } from './local-directory.config.js';

const place = { folder: '/data/nodes/own', installationId: 'ins_1' as InstallationId, nodeId: 'nod_1' as NodeId };
const optionsOf = (environment: Record<string, string>) =>
  backendOptions(loadConfiguration(localDirectorySettings, environment) as LocalDirectorySettings, place);

describe('networks of sessions on Docker', () => {
  it('are made where a range for them is named', () => {
    expect(optionsOf({}).docker.sessionNetworks).toBeUndefined();
    const environment = { MUSTER_DOCKER_SESSION_NETWORKS: '10.210.0.0/16', MUSTER_DOCKER_SESSION_NETWORK_PREFIX: '28' };
    expect(optionsOf(environment).docker.sessionNetworks).toEqual({ pool: '10.210.0.0/16', prefix: 28 });
  });

  it.each(['name', 'mixed'])(
    'are refused where workers are reached by name (%s): services are not part of them',
    (reach) => {
      const environment = { MUSTER_DOCKER_SESSION_NETWORKS: '10.210.0.0/16', MUSTER_WORKER_REACH: reach };
      expect(() => optionsOf(environment)).toThrow(
        'MUSTER_DOCKER_SESSION_NETWORKS needs MUSTER_WORKER_REACH=published: services are not part of the networks of sessions',
      );
    },
  );
});

describe('spares', () => {
  it('are bounded by settings, which are checked against each other', () => {
    expect(optionsOf({}).process.spares).toEqual({ least: 0, most: 6 });
    expect(optionsOf({ MUSTER_SPARE_WORKERS_LEAST: '2', MUSTER_SPARE_WORKERS_MOST: '2' }).process.spares).toEqual({
      least: 2,
      most: 2,
    });
    expect(() => optionsOf({ MUSTER_SPARE_WORKERS_LEAST: '7' })).toThrow('MUSTER_SPARE_WORKERS_LEAST is 7');
  });
});
