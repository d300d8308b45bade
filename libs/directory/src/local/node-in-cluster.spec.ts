import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeReport } from '@muster/contracts';
import { aNode, FakeEngine, startNodeAgent, type NodeUnderTest, type NodeUnderTestOptions } from '@muster/testing';
import { describe, expect, it } from 'vitest';
import { ask, fence, pass, start, worker, workload } from './testing/commands.js';

const program = { probe: { tcp: true, port: 9000 }, acceptToken: 'open-sesame' };
const refusal = (reason: string): object => ({ accepted: false, reason: expect.stringContaining(reason) as string });

/** A node whose workloads have an address each, and whose back end looks whether programs answer: as in a cluster. */
async function nodeInCluster(options: NodeUnderTestOptions = {}): Promise<NodeUnderTest> {
  const engine = options.engine ?? new FakeEngine({ capabilities: { ownAddress: true, probes: true } });
  const node = await startNodeAgent({ ...options, engine, surroundings: { reach: 'address' } });
  node.network.addHolder('http://holder-1');
  return node;
}

describe('a worker with an address of its own', () => {
  it('listens everywhere on a port of its own, is told the variable for its address, and is reached there', async () => {
    const node = await nodeInCluster();
    await node.agent.reserve(ask(node, { hardware: { cpuMillis: 1000, ports: 1 } }));
    const { address } = await node.agent.startWorkload(start(node));
    expect(address).toBe('http://10.0.0.1:8700');
    const { env, advertise, ports } = node.engine.workload(workload).spec;
    expect(env).toMatchObject({ MUSTER_BIND: '0.0.0.0:8700', MUSTER_PORTS: '8701' });
    expect(env).not.toHaveProperty('MUSTER_ADVERTISE');
    expect([advertise, ports]).toEqual([{ env: 'MUSTER_ADVERTISE', port: 8700 }, undefined]);
  });

  it('is found at its address by the next instance of its node, which starts with an empty folder', async () => {
    const node = await nodeInCluster();
    await node.agent.reserve(ask(node));
    await node.agent.startWorkload(start(node));
    await node.clock.advance(1000);
    const { engine, clock, network } = node;
    const folder = await mkdtemp(join(tmpdir(), 'muster-node-'));
    const next = await nodeInCluster({ engine, clock, network, folder, instance: 'svc_2' });
    await pass(next, 100);
    expect(engine.workload(workload).state).toBe('running');
    next.agent.fence({ session: fence().session, epoch: 1, reportTo: 'http://holder-1' });
    expect((await next.agent.startWorkload(start(next))).address).toBe('http://10.0.0.1:8700');
    expect(next.identity.nodeEpoch).toBeGreaterThan(node.identity.nodeEpoch);
    await expect(next.agent.startWorkload(start(node, { fence: fence({ incarnation: 2 }) }))).rejects.toMatchObject({
      code: 'stale',
    });
  });
});

describe('a program with an address of its own', () => {
  it('answers when the back end says so, and its node forwards to it', async () => {
    const node = await nodeInCluster({ parts: { probe: { answers: async () => false } } });
    await node.agent.reserve(ask(node));
    const { address } = await node.agent.startWorkload(start(node, program));
    expect(node.engine.workload(workload).spec.probe).toEqual({ port: 9000 });
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:4\d{4}$/);
    await pass(node, 5000);
    const states = (): string[] => node.network.holders.get('http://holder-1')!.states;
    expect(states()).not.toContain('solver answering');
    node.engine.workload(workload).answers(true);
    await pass(node, 100);
    expect(states()).toContain('solver answering');
    await node.agent.leave({ stopWorkloads: true });
  });

  it('is ended where what was known of its forwarder went with the folder: nobody could reach it any more', async () => {
    const node = await nodeInCluster();
    await node.agent.reserve(ask(node));
    await node.agent.startWorkload(start(node, program));
    await node.agent.leave({ stopWorkloads: false });
    const { engine, clock, network } = node;
    const folder = await mkdtemp(join(tmpdir(), 'muster-node-'));
    const next = await nodeInCluster({ engine, clock, network, folder, instance: 'svc_2' });
    await pass(next, 100);
    expect(engine.workload(workload).state).toBe('exited');
  });
});

describe('a node that changes', () => {
  const seen = (cpuMillis: number) => aNode('nod_1').withAmounts({ cpuMillis }).describe();

  it('has what is left now, keeps what is booked, and says everything of itself again', async () => {
    const heard: NodeReport[] = [];
    const report = async (_directory: string, each: NodeReport): Promise<{ periodMs: number }> => {
      heard.push(each);
      return { periodMs: 2000 };
    };
    const node = await nodeInCluster({
      directories: ['http://directory-1'],
      parts: { directoryCalls: { report } },
    });
    await pass(node, 100);
    await node.agent.reserve(ask(node));
    await pass(node, 100);
    const before = heard.length;
    node.engine.observe([{ description: seen(500) }]);
    await pass(node, 100);
    expect(node.agent.description.allocatable.cpuMillis).toBe(500);
    expect(heard.slice(before).at(0)).toMatchObject({ full: true, free: { amounts: { cpuMillis: 0 } }, workloads: 1 });
    node.engine.observe([{ description: seen(4000) }]);
    await pass(node, 100);
    expect(heard.at(-1)).toMatchObject({ full: true, free: { amounts: { cpuMillis: 3000 } } });
  });

  it('takes no new work while it is under pressure, says why, and takes it again', async () => {
    const node = await nodeInCluster();
    await pass(node, 100);
    const { description } = node.agent;
    node.engine.observe([{ description, pressure: 'cordoned' }]);
    await pass(node, 100);
    expect((await node.agent.reserve(ask(node))).results).toMatchObject([{ worker, ...refusal('pressure: cordoned') }]);
    node.engine.observe([{ description }]);
    await pass(node, 100);
    expect((await node.agent.reserve(ask(node))).results).toMatchObject([{ accepted: true }]);
  });
});
