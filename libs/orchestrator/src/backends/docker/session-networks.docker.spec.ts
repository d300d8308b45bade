import { connect } from 'node:net';
import type { SessionId, WorkloadId } from '@muster/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidSpec, NoCapacity } from '../../contract/errors.js';
import type { OpenedBackend } from '../../contract/orchestrator-backend.js';
import type { WorkloadSpec } from '../../contract/workload-spec.js';
import { containerName, networkName } from './container-spec.js';
import { gatewayOf } from './engine-gateway.js';
import { DockerBench, engineUrl, freePort, line, never, probeImage } from './testing/docker-bench.js';

const pool = '10.213.64.0/24';
const sessionNetworks = { pool, prefix: 28 };

describe('networks of sessions', () => {
  let bench: DockerBench;
  const strangers: string[] = [];

  beforeEach(() => {
    bench = new DockerBench();
  });
  afterEach(async () => {
    await bench.clear();
    const engine = new DockerBench();
    for (const { Id, Name } of await engine.engine.networks([]))
      if (strangers.includes(Name)) await engine.engine.removeNetwork(Id);
    strangers.length = 0;
    await engine.clear();
  });

  const owner = (): string => `${bench.installationId}/nod_1`;
  const inSession = (session: string, members: Partial<WorkloadSpec> = {}): WorkloadSpec => {
    const spec = bench.spec({ do: 'wait' }, members);
    return { ...spec, ownership: { ...spec.ownership, sessionId: session as SessionId } };
  };
  const networksOf = async (id: WorkloadId): Promise<string[]> =>
    Object.keys((await bench.engine.inspect(containerName(owner(), id))).NetworkSettings.Networks);
  const ours = async (): Promise<[string, string | undefined][]> => {
    const found = await bench.engine.networks([`dev.muster.owner=${owner()}`]);
    return found
      .map(({ Name, IPAM }) => [Name, IPAM?.Config?.[0]?.Subnet] as [string, string | undefined])
      .sort(([one], [other]) => one.localeCompare(other));
  };
  const stranger = async (name: string, subnet: string, labels: Record<string, string> = {}): Promise<void> => {
    strangers.push(name);
    await bench.engine.createNetwork(name, subnet, labels);
  };
  /** Prints `yes` or `no`. */
  const trying = (host: string, port: number): Partial<WorkloadSpec> => {
    const say = (word: string): string => `() => { console.log('${word}'); process.exit(); }`;
    const program = `require('net').connect(${port}, '${host}', ${say('yes')}).on('error', ${say('no')}); setTimeout(${say('no')}, 2000)`;
    return { run: { image: { linux: probeImage }, command: ['node', '-e', program] } };
  };
  const answer = async (backend: OpenedBackend, spec: WorkloadSpec): Promise<string> => {
    for await (const { text } of backend.logs(await backend.start(spec, never), { follow: true }, never)) return text;
    return '';
  };

  it('are one per session, however many workers start at once, each with a subnet of the pool', async () => {
    const backend = await bench.open({ sessionNetworks });
    const specs = ['ses_1', 'ses_1', 'ses_2', 'ses_1', 'ses_2'].map((session) => inSession(session));
    const apart = bench.spec({ do: 'wait' });
    await Promise.all([...specs, apart].map((spec) => backend.start(spec, never)));
    const [one, two] = [networkName(owner(), 'ses_1'), networkName(owner(), 'ses_2')];
    expect(await Promise.all(specs.map(({ id }) => networksOf(id)))).toEqual([[one], [one], [two], [one], [two]]);
    expect(await networksOf(apart.id)).toEqual(['bridge']);
    expect(await ours()).toEqual([
      [one, '10.213.64.0/28'],
      [two, '10.213.64.16/28'],
    ]);
  });

  it('lead to the workers of the session, those of others do not; ports are published on the node as ever', async () => {
    const backend = await bench.open({ sessionNetworks });
    const port = await freePort();
    const hostAddress = await gatewayOf({ url: engineUrl });
    const listening = bench.spec({ do: 'listen', port });
    const server = inSession('ses_1', { run: listening.run, ports: [{ port, hostAddress, hostPort: port }] });
    await line(backend, await backend.start(server, never), 'listening');
    expect(await isListening(hostAddress, port)).toBe(true);
    expect(await answer(backend, inSession('ses_1', trying(hostAddress, port)))).toBe('yes');
    const { NetworkSettings } = await bench.engine.inspect(containerName(owner(), server.id));
    const address = Object.values(NetworkSettings.Networks)[0]?.IPAddress ?? '';
    expect(await answer(backend, inSession('ses_1', trying(address, port)))).toBe('yes');
    expect(await answer(backend, inSession('ses_2', trying(address, port)))).toBe('no');
  });

  it('are removed when nothing of the session runs, also by a back end that makes none any more', async () => {
    const first = await bench.open({ sessionNetworks });
    const [ends, stays] = [inSession('ses_1'), inSession('ses_2')];
    const handle = await first.start(ends, never);
    await first.start(stays, never);
    await first.close({ workloads: 'leave', graceMs: 0 });
    const backend = await bench.open({ housekeepingMs: 50 });
    expect(await ours()).toHaveLength(2);
    await backend.stop(handle, { graceMs: 0 });
    await expect.poll(ours, { timeout: 20_000 }).toEqual([[networkName(owner(), 'ses_2'), '10.213.64.16/28']]);
    expect((await backend.inspect(handle)).state).toBe('exited');
    await backend.close({ workloads: 'end', graceMs: 0 });
    expect(await ours()).toEqual([]);
  });

  it('survive housekeeping while their workers start, and one that is removed by hand is made again', async () => {
    const backend = await bench.open({ sessionNetworks, housekeepingMs: 20 });
    for (let round = 0; round < 3; round += 1) {
      const spec = inSession('ses_1');
      await backend.stop(await backend.start(spec, never), { graceMs: 0 });
    }
    await backend.close({ workloads: 'leave', graceMs: 0 });
    const quiet = await bench.open({ sessionNetworks });
    const handle = await quiet.start(inSession('ses_2'), never);
    await quiet.stop(handle, { graceMs: 0 });
    for (const { Id } of await bench.engine.networks([`dev.muster.owner=${owner()}`]))
      await bench.engine.removeNetwork(Id);
    const again = inSession('ses_2');
    await expect(quiet.start(again, never)).rejects.toMatchObject({ retryable: true });
    await quiet.start(again, never);
    expect(await ours()).toHaveLength(1);
  });

  it('keep away from networks of others and leave them alone, however like ours they look', async () => {
    const name = (session: string): string => networkName(owner(), session);
    await stranger(name('ses_1'), '10.213.64.0/27');
    await stranger(`${bench.installationId}-other`, '10.213.64.48/28', {
      'dev.muster.owner': `${bench.installationId}/nod_2`,
      'dev.muster.session': 'ses_3',
    });
    const backend = await bench.open({ sessionNetworks });
    await expect(backend.start(inSession('ses_1'), never)).rejects.toThrow(NoCapacity);
    await backend.start(inSession('ses_2'), never);
    await backend.start(inSession('ses_3'), never);
    expect(await ours()).toEqual([
      [name('ses_2'), '10.213.64.32/28'],
      [name('ses_3'), '10.213.64.64/28'],
    ]);
    await backend.close({ workloads: 'end', graceMs: 0 });
    const left = (await bench.engine.networks([])).map(({ Name }) => Name);
    expect(left).toEqual(expect.arrayContaining(strangers));
  });

  it('end with the pool: then the session is placed elsewhere', async () => {
    const backend = await bench.open({ sessionNetworks: { pool: '10.213.64.0/27', prefix: 28 } });
    await backend.start(inSession('ses_1'), never);
    await backend.start(inSession('ses_2'), never);
    await expect(backend.start(inSession('ses_3'), never)).rejects.toThrow(NoCapacity);
    await expect(bench.open({ sessionNetworks: { pool: 'all', prefix: 28 } })).rejects.toThrow(InvalidSpec);
  });
});

function isListening(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
