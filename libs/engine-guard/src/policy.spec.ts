import { describe, expect, it } from 'vitest';
import { parseFolder } from './folders.js';
import { checkNetwork } from './network-body.js';
import { ownsImage, policyProblems } from './policy.js';
import { reduceInfo } from './reduce-info.js';
import { policy } from './testing/bodies.js';

const problemsOf = (change: Partial<typeof policy>): string[] => policyProblems({ ...policy, ...change });

describe('a policy', () => {
  it('is fine when it keeps containers away from the host', () => {
    expect(policyProblems(policy)).toEqual([]);
  });

  it.each([
    '/',
    '/var/run/docker.sock',
    '/etc',
    '/var',
    '/srv/x.sock',
    'data',
    '/srv/../etc',
    '/srv/data/',
    '/srv/a:rw',
  ])('is none with the folder %s', (folder) => {
    expect(problemsOf({ folders: [parseFolder(folder)] })).toHaveLength(1);
  });

  it('is none where a container could put a link in the place of another folder', () => {
    expect(problemsOf({ folders: ['/srv/data', '/srv/data/models:ro', '/srv/other'].map(parseFolder) })).toEqual([
      'the folder /srv/data/models lies in /srv/data, where containers may write: they could put a link in its place',
    ]);
    expect(problemsOf({ folders: ['/srv/a', '/srv/a/*'].map(parseFolder) })).toHaveLength(1);
    expect(problemsOf({ folders: ['/srv/a:ro', '/srv/a/*'].map(parseFolder) })).toEqual([]);
  });

  it("is none with the host's network, or with names and ranges that are none", () => {
    expect(problemsOf({ networks: ['host'] })).toHaveLength(1);
    expect(problemsOf({ volumes: ['/etc'] })).toEqual(['/etc is no name']);
    expect(problemsOf({ subnets: ['10.90.0.1/16', '10.0.0.0/33', '256.0.0.0/8', '10.0.0.0'] })).toHaveLength(4);
  });

  it('lets only images be removed that it names', () => {
    expect(ownsImage(policy, 'anything')).toBe(false);
    expect(ownsImage({ ...policy, images: ['muster/'] }, 'muster/workers:1')).toBe(true);
  });
});

describe('a network that Muster makes', () => {
  const aNetwork = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
    Name: 'muster-ses-1',
    Driver: 'bridge',
    Internal: true,
    IPAM: { Config: [{ Subnet: '10.90.4.0/24', Gateway: '10.90.4.1' }] },
    Labels: { 'dev.muster.installation': 'ins_1' },
    ...change,
  });

  it('passes as it is', () => {
    expect(checkNetwork(aNetwork(), policy)).toEqual({ pass: aNetwork() });
  });

  it.each([
    { Name: 'bridge' },
    { Name: 'f00d' },
    { Driver: 'macvlan' },
    { Driver: 'host' },
    { Options: { 'com.docker.network.bridge.name': 'docker0' } },
    { Options: { parent: 'eth0' } },
    { IPAM: { Config: [{ Subnet: '10.91.0.0/24' }] } },
    { IPAM: { Config: [{ Subnet: '10.0.0.0/8' }] } },
    { IPAM: { Driver: 'dhcp' } },
    { Labels: { 'dev.muster.installation': 'ins_2' } },
    { Labels: undefined },
    { ConfigFrom: { Network: 'x' } },
    { Ingress: true },
    { EnableIPv6: true },
    { Scope: 'swarm' },
  ])('is refused with %j', (change) => {
    expect(checkNetwork(aNetwork(change), policy)).toHaveProperty('reasons');
  });
});

describe('the description of an engine', () => {
  it('keeps its secrets', () => {
    const info = {
      NCPU: 2,
      HttpProxy: 'http://user:password@proxy',
      Swarm: { NodeID: 'x' },
      RegistryConfig: {},
      Runtimes: { runc: { path: 'runc' } },
    };
    expect(reduceInfo(info)).toEqual({ NCPU: 2, Runtimes: { runc: {} } });
  });
});
