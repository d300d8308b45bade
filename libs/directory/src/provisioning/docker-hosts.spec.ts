import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDockerHosts } from './docker-hosts.js';

async function hostsOf(...hosts: Record<string, unknown>[]): ReturnType<typeof readDockerHosts> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-hosts-'));
  const path = join(folder, 'hosts.yaml');
  await writeFile(path, JSON.stringify({ hosts }));
  try {
    return await readDockerHosts(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const least = {
  name: 'render-1',
  engine: 'https://render-1.example:2376',
  address: '10.1.0.7',
  network: 'muster_workers',
  keysFolder: '/srv/muster/keys',
};

describe('a hosts file', () => {
  it('says of each engine where it is; the rest has defaults, and its ports are divided', async () => {
    expect(await hostsOf(least)).toEqual([
      {
        ...least,
        nodeEngine: 'https://render-1.example:2376',
        bindHost: '10.1.0.7',
        volume: 'muster-node-render-1',
        workerPorts: { first: 21_000, last: 22_978 },
        forwarderPorts: { first: 22_979, last: 22_998 },
        internalPort: 22_999,
        labels: {},
        pools: [],
        settings: {},
      },
    ]);
  });

  it.each([
    [[{ ...least, cpus: 4 }], 'hosts.0.cpus is not a known member'],
    [[{ ...least, engine: 'render-1' }], 'hosts.0.engine must be unix://PATH, tcp://HOST:PORT or https://HOST:PORT'],
    [[{ ...least, keysFolder: 'keys' }], 'hosts.0.keysFolder must be an absolute folder of that host'],
    [[least, { ...least, address: '10.1.0.8' }], 'two hosts are named render-1'],
    [[least, { ...least, name: 'other' }], 'render-1 and other have one address, and their ports overlap'],
    [[{ ...least, ports: { first: 30_000, last: 30_020 } }], 'ports are too few'],
    [[{ ...least, settings: { PATH: '/tmp' } }], 'PATH in settings is no setting'],
  ])('that is wrong is refused with file, host and reason: %#', async (hosts, reason) => {
    await expect(hostsOf(...hosts)).rejects.toThrow(reason);
    await expect(hostsOf(...hosts)).rejects.toThrow(/hosts\.yaml: /);
  });
});
