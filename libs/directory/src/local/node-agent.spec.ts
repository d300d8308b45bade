import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MusterError, type WorkerId } from '@muster/contracts';
import { aNode, FakeEngine, startNodeAgent } from '@muster/testing';
import { describe, expect, it } from 'vitest';
import { ask, fence, freeCpu, pass, running, session, start, stop, workload } from './testing/commands.js';

describe('a start', () => {
  it('runs the program in an environment made from nothing, and reports it to the holder', async () => {
    const node = await running();
    expect(node.engine.workload(workload).spec.env).toEqual({
      MUSTER_ROLE: 'solver',
      MUSTER_CPU_MILLIS: '1000',
      MUSTER_MEMORY_BYTES: '0',
      MUSTER_BIND: expect.stringMatching(/^127\.0\.0\.1:400\d\d$/) as string,
      MUSTER_ADVERTISE: expect.stringMatching(/^http:\/\/127\.0\.0\.1:400\d\d$/) as string,
      MUSTER_SCRATCH_DIR: `/scratch/${workload}`,
    });
    expect(node.network.holders.get('http://holder-1')?.states.at(-1)).toBe('solver running');
  });

  it('twice is one workload with one answer', async () => {
    const node = await startNodeAgent();
    await node.agent.reserve(ask(node));
    const [first, second] = await Promise.all([
      node.agent.startWorkload(start(node)),
      node.agent.startWorkload(start(node)),
    ]);
    expect(second).toEqual(first);
    expect(await node.agent.startWorkload(start(node))).toEqual(first);
  });

  it('needs a reservation of its own epoch', async () => {
    const node = await startNodeAgent();
    await node.agent.reserve(ask(node));
    await expect(node.agent.startWorkload(start(node, { fence: fence({ epoch: 2 }) }))).rejects.toMatchObject({
      code: 'refused',
    });
  });

  it('that comes after the stop is refused, and the stop succeeded', async () => {
    const node = await startNodeAgent();
    await node.agent.reserve(ask(node));
    expect(node.agent.stopWorkload(stop(node))).toEqual({ ended: true });
    await expect(node.agent.startWorkload(start(node))).rejects.toMatchObject({ code: 'refused' });
    const again = await node.agent.reserve(ask(node));
    expect(again.results).toMatchObject([{ accepted: false, reason: expect.stringContaining('used-up') as string }]);
    expect(again.free.amounts.cpuMillis).toBe(8000);
  });

  it('is cancelled by a stop in its middle and leaves nothing booked', async () => {
    const node = await startNodeAgent();
    node.engine.whenStarting(() => ({ start: 'never' }));
    await node.agent.reserve(ask(node));
    const starting = node.agent.startWorkload(start(node));
    node.agent.stopWorkload(stop(node));
    await expect(starting).rejects.toMatchObject({ code: 'cancelled' });
    expect(await freeCpu(node)).toBe(8000);
  });

  it('of a type that asks for a folder this node has not is refused by name', async () => {
    const node = await startNodeAgent();
    await node.agent.reserve(ask(node));
    const mounts = [{ name: 'project', path: '/project', readOnly: false }];
    await expect(node.agent.startWorkload(start(node, { mounts }))).rejects.toMatchObject({
      code: 'workload-failed',
      detail: expect.stringContaining('project') as string,
    });
    expect(await freeCpu(node)).toBe(8000);
  });
});

describe('a stop', () => {
  it('ends the workload, gives back its hardware, and the end is reported', async () => {
    const node = await running();
    expect(node.agent.stopWorkload(stop(node))).toEqual({ ended: false });
    await pass(node, 100);
    expect(await freeCpu(node)).toBe(8000);
    expect(node.network.holders.get('http://holder-1')?.states.at(-1)).toBe('solver exited');
    expect(node.agent.stopWorkload(stop(node))).toEqual({ ended: true });
  });

  it('of an older epoch is refused', async () => {
    const node = await running();
    node.agent.fence({ session, epoch: 2, reportTo: 'http://holder-2' });
    expect(() => node.agent.stopWorkload(stop(node))).toThrow(expect.objectContaining({ code: 'stale' }) as Error);
  });

  it('with a shorter grace shortens that of one before, and a look at what still runs does not', async () => {
    const graces: number[] = [];
    const engine = new FakeEngine({
      sleep: (ms) => {
        graces.push(ms);
        return ms === 0 ? Promise.resolve() : new Promise(() => undefined);
      },
    });
    const node = await running({ engine });
    engine.workload(workload).whenAskedToEnd(() => undefined);
    node.agent.stopWorkload({ ...stop(node), graceMs: 600_000 });
    await pass(node, 100);
    engine.interruptWatches();
    await pass(node, 100);
    expect(graces).toEqual([600_000]);
    await Promise.race([node.agent.leave({ stopWorkloads: true, graceMs: 0 }), pass(node, 20_000)]);
    expect(engine.workload(workload).state).toBe('exited');
  });

  it('that the back end did not hear is repeated until it did', async () => {
    const node = await running();
    node.engine.failNext(3);
    node.agent.stopWorkload(stop(node));
    await pass(node, 5000);
    expect(await freeCpu(node)).toBe(8000);
  });
});

describe('a session that has ended while the node was cut off', () => {
  it('keeps nothing running, by the word of global session only', async () => {
    const states: (() => Promise<{ state: 'running' | 'closed' }>)[] = [
      () => Promise.reject(new MusterError('unknown-session', 'there is no such session')),
      async () => ({ state: 'running' }),
      async () => ({ state: 'closed' }),
    ];
    const holder = (): Promise<{ state: 'running' | 'closed' }> => (states.length > 1 ? states.shift() : states[0])!();
    const counted: string[] = [];
    const meter = {
      foundOrphan: () => void counted.push('found'),
      removedOrphan: () => void counted.push('removed'),
    };
    const node = await startNodeAgent({ parts: { sessionCalls: { holder }, meter } });
    await node.agent.reserve(ask(node));
    await node.agent.startWorkload(start(node));
    await pass(node, 150_000);
    await pass(node, 150_000);
    expect([await freeCpu(node), counted]).toEqual([7000, []]);
    await pass(node, 150_000);
    expect([await freeCpu(node), counted]).toEqual([8000, ['found', 'removed']]);
    expect(node.agent.counts().orphans).toBe(0);
  });
});

describe('leaving', () => {
  it('leaves workloads running when it goes alone', async () => {
    const node = await running();
    await node.agent.leave({ stopWorkloads: false });
    expect(node.engine.workload(workload).status().state).toBe('running');
  });

  it('starts nothing more when the whole system stops, also what was reserved before', async () => {
    const node = await startNodeAgent();
    await node.agent.reserve(ask(node));
    const left = node.agent.leave({ stopWorkloads: true, graceMs: 0 });
    await expect(node.agent.startWorkload(start(node))).rejects.toMatchObject({ code: 'refused' });
    await left;
  });

  it('starts nothing more when a newer instance of the node is there', async () => {
    let superseded = false;
    const node = await startNodeAgent({
      directories: ['http://directory-1'],
      parts: { directoryCalls: { report: async () => ({ periodMs: 2000, superseded }) } },
    });
    await node.agent.reserve(ask(node, { ttlMs: 60_000 }));
    superseded = true;
    await pass(node, 5000);
    expect(node.superseded).toHaveLength(1);
    await expect(node.agent.startWorkload(start(node))).rejects.toMatchObject({ code: 'refused' });
  });

  it('has nothing left that goes on when it has ended all, also where it did not hear of an end any more', async () => {
    const node = await running();
    node.engine.forget(workload);
    await node.agent.leave({ stopWorkloads: true, graceMs: 0 });
    expect(node.agent.isIdle).toBe(true);
  });

  it('ends every workload when the whole system stops', async () => {
    const node = await running();
    await node.agent.leave({ stopWorkloads: true, graceMs: 0 });
    expect(node.engine.workload(workload).status().state).toBe('exited');
    expect(await node.agent.reserve(ask(node, { fence: fence({ worker: 'wrk_9' as WorkerId }) }))).toMatchObject({
      results: [{ accepted: false }],
    });
  });
});

describe('a program that cannot register', () => {
  it('is probed, reported as answering, and only reached with its token', async () => {
    const program = createServer((request, response) => response.end(`you asked ${request.url}`)).listen(
      0,
      '127.0.0.1',
    );
    await new Promise((resolve) => program.once('listening', resolve));
    const { port } = program.address() as AddressInfo;
    const ports = [port, await freePort()];
    const range = { first: Math.min(...ports), last: Math.max(...ports) };
    const description = aNode('nod_1').withAmounts({ ports: 65_000 }).describe();
    const node = await startNodeAgent({
      parts: { ports: { range, isFree: async (each) => each === ports[0] } },
      description,
    });
    const holder = node.network.addHolder('http://holder-1');
    expect((await node.agent.reserve(ask(node, { ttlMs: 60_000 }))).results).toMatchObject([
      { booking: { hostPorts: [port] } },
    ]);
    ports.shift();
    await pass(node, 31_000);
    const { address } = await node.agent.startWorkload(
      start(node, { probe: { httpGet: '/' }, acceptToken: 'open-sesame' }),
    );
    await pass(node, 1000);
    await expect
      .poll(() => holder.heard.flatMap(({ reports }) => reports).at(-1))
      .toMatchObject({ state: 'answering', address });
    const refused = await fetch(`${address}/x`);
    const answered = await fetch(`${address}/x?y=1`, { headers: { authorization: 'Bearer open-sesame' } });
    expect([refused.status, answered.status, await answered.text()]).toEqual([401, 200, 'you asked /x?y=1']);
    await node.agent.leave({ stopWorkloads: true });
    program.close();
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
