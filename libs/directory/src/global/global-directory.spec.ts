import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NodeId, type NodeStateLine, type PlacementAsk, type SessionId, type WorkerId } from '@muster/contracts';
import { planPlacement } from '@muster/placement';
import { openStore, type DocumentStore } from '@muster/store';
import { aNode, DirectoryNetwork, FakeClock, SeededRandom, startNodeAgent, type NodeUnderTest } from '@muster/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drainCollection, type DrainDocument } from './drains.js';
import { GlobalDirectory } from './global-directory.js';

const session = 'ses_1' as SessionId;
let dataDir: string;
let store: DocumentStore;
let clock: FakeClock;
let network: DirectoryNetwork;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'muster-directory-'));
  store = await openStore({ dataDir });
  clock = new FakeClock();
  network = new DirectoryNetwork();
});

afterEach(async () => {
  await store.close();
  await rm(dataDir, { recursive: true });
});

async function startDirectory(address = 'http://directory'): Promise<GlobalDirectory> {
  const drains = store.collection<DrainDocument>(drainCollection);
  const directory = new GlobalDirectory({
    calls: network.nodeCalls,
    drains,
    clock,
    random: new SeededRandom(address),
    bookSettleMs: 5000,
    decisionsKept: 10,
    onError: () => undefined,
  });
  network.directories.set(address, directory);
  await directory.start();
  return directory;
}

async function startNode(name: string, cpuMillis = 4000): Promise<NodeUnderTest> {
  const node = await startNodeAgent({
    description: aNode(name).withAmounts({ cpuMillis }).describe(),
    clock,
    network,
    instance: `svc_${name}`,
  });
  await settle();
  return node;
}

async function settle(ms = 50): Promise<void> {
  await clock.advance(0);
  await clock.advance(ms);
}

function ask(cpuMillis: number[], change: Partial<PlacementAsk> = {}): PlacementAsk {
  const items = cpuMillis.map((cpu, index) => ({
    worker: `wrk_${index}` as WorkerId,
    role: `role-${index}`,
    workerType: 'solver',
    incarnation: 1,
    hardware: { cpuMillis: cpu },
    runsAsProcess: true,
  }));
  return { session, epoch: 1, items, reservationMs: 10_000, ...change };
}

/** Lets the clock run while something waits for it. */
async function waiting<T>(promise: Promise<T>): Promise<T> {
  let done = false;
  const settled = promise.finally(() => (done = true));
  settled.catch(() => undefined);
  while (!done) await clock.advance(50);
  return settled;
}

describe('reserving', () => {
  it('puts a gang aside on its nodes and says where each member goes', async () => {
    const directory = await startDirectory();
    const a = await startNode('nod_a');
    await startNode('nod_b');
    const answer = await waiting(directory.reserve(ask([3000, 3000])));
    if (answer.verdict !== 'now') return expect.unreachable();
    expect(answer.placements.map(({ node }) => node).sort()).toEqual(['nod_a', 'nod_b']);
    expect(answer.placements.find(({ node }) => node === 'nod_a')).toMatchObject({
      nodeEpoch: a.identity.nodeEpoch,
      address: 'http://nod_a',
      nodeName: 'nod_a',
      booking: { amounts: { cpuMillis: 3000 } },
    });
  });

  it('corrects the book by what a node says, and tries another one', async () => {
    const directory = await startDirectory();
    const other = await startDirectory('http://other');
    const a = await startNode('nod_a');
    await waiting(other.reserve(ask([3000], { session: 'ses_2' as SessionId })));
    // This replica has not heard of that yet.
    const answer = await waiting(directory.reserve(ask([3000])));
    expect(answer).toMatchObject({ verdict: 'later', explanation: { summary: expect.any(String) as string } });
    await startNode('nod_b');
    expect(await waiting(directory.reserve(ask([3000])))).toMatchObject({
      verdict: 'now',
      placements: [{ node: 'nod_b' }],
    });
    expect(a.errors).toEqual([]);
  });

  it('gives back a gang that is not complete, whole', async () => {
    const directory = await startDirectory();
    const a = await startNode('nod_a');
    await startNode('nod_b');
    network.fate = (address) => (address === 'http://nod_b' ? 'lost' : 'arrives');
    expect(await waiting(directory.reserve(ask([3000, 3000])))).toMatchObject({ verdict: 'later' });
    const { free } = await a.agent.reserve({ nodeEpoch: a.identity.nodeEpoch, items: [] });
    expect(free.amounts.cpuMillis).toBe(4000);
  });

  it('tells a stale holder which epoch was seen', async () => {
    const directory = await startDirectory();
    const a = await startNode('nod_a');
    a.agent.fence({ session, epoch: 9, reportTo: 'http://holder' });
    await expect(waiting(directory.reserve(ask([1000])))).rejects.toMatchObject({
      code: 'stale',
      extensions: { seen: 9 },
    });
  });

  it('can be given back, also by another replica', async () => {
    const directory = await startDirectory();
    const other = await startDirectory('http://other');
    const a = await startNode('nod_a');
    await waiting(directory.reserve(ask([3000])));
    await settle();
    await other.release({ fences: [{ session, epoch: 1, worker: 'wrk_0' as WorkerId, incarnation: 1 }] });
    const { free } = await a.agent.reserve({ nodeEpoch: a.identity.nodeEpoch, items: [] });
    expect(free.amounts.cpuMillis).toBe(4000);
  });
});

describe('a plan', () => {
  it('says later while the book is young, never once it has settled', async () => {
    const directory = await startDirectory();
    await startNode('nod_a');
    expect(directory.plan(ask([64_000]))).toMatchObject({ verdict: 'later' });
    await settle(6000);
    expect(directory.plan(ask([64_000]))).toMatchObject({
      verdict: 'never',
      explanation: { role: 'role-0', nodes: 1, reasons: [{ filter: 'cpu', count: 1 }] },
    });
  });

  it('can be replayed from its record', async () => {
    const directory = await startDirectory();
    await startNode('nod_a');
    directory.plan(ask([1000]));
    const [recorded] = directory.recordedDecisions();
    expect(recorded && planPlacement(recorded.requests, recorded.book, recorded.policy)).toEqual(recorded?.plan);
  });

  it('is explained to people without anything being reserved', async () => {
    const directory = await startDirectory();
    await startNode('nod_a');
    const items = [{ role: 'solver', hardware: { cpuMillis: 1000 } }];
    expect(directory.explain({ items })).toMatchObject({
      verdict: 'now',
      placements: [{ role: 'solver', node: 'nod_a', nodeName: 'nod_a', summary: '1 node: 1 fit', reasons: [] }],
    });
    expect(directory.explain({ items: [{ role: 'solver', hardware: { gpu: { count: 1 } } }] })).toMatchObject({
      role: 'solver',
      placements: [],
      reasons: [{ filter: 'gpu', count: 1, text: 'without a GPU' }],
    });
  });
});

describe('draining a node', () => {
  it('keeps new work away, on every replica and after a restart, until it is undone', async () => {
    const directory = await startDirectory();
    await startNode('nod_a');
    const detail = await directory.drain('nod_a' as NodeId, { reason: 'new disk' }, 'usr_1');
    expect(detail).toMatchObject({ state: 'draining', drain: { by: 'usr_1', reason: 'new disk' } });
    const other = await startDirectory('http://other');
    await settle(20_000);
    expect(other.plan(ask([1000]))).toMatchObject({ verdict: 'later' });
    expect(await directory.undrain('nod_a' as NodeId)).toMatchObject({ state: 'ready' });
    expect(directory.plan(ask([1000]))).toMatchObject({ verdict: 'now' });
  });

  it('of an unknown node is an error', async () => {
    const directory = await startDirectory();
    await expect(directory.drain('nod_x' as NodeId, {}, 'usr_1')).rejects.toMatchObject({ code: 'unknown-node' });
  });
});

describe('the nodes', () => {
  it('are listed by id in pages, each with what sits there', async () => {
    const directory = await startDirectory();
    await startNode('nod_a');
    await startNode('nod_b');
    await waiting(directory.reserve(ask([3000], { avoidNodes: ['nod_b' as NodeId] })));
    await settle();
    const page = directory.listNodes({ limit: 1 });
    expect(page).toMatchObject({
      items: [{ id: 'nod_a', state: 'ready', free: { cpuMillis: 1000 }, workloads: 1 }],
      nextCursor: 'nod_a',
    });
    expect(directory.listNodes({ limit: 1, cursor: 'nod_a' }).items.map(({ id }) => id)).toEqual(['nod_b']);
    expect(directory.node('nod_a' as NodeId).sits).toEqual([
      { session, role: 'role-0', worker: 'wrk_0', incarnation: 1, state: 'reserved' },
    ]);
  });

  it('are followed: all of them, synced, then every change', async () => {
    const directory = await startDirectory();
    const a = await startNode('nod_a');
    const ending = new AbortController();
    const lines: NodeStateLine[] = [];
    const following = (async () => {
      for await (const line of directory.nodeStates(ending.signal)) lines.push(line);
    })();
    await settle();
    expect(lines).toEqual([
      { node: 'nod_a', name: 'nod_a', state: 'ready', nodeEpoch: a.identity.nodeEpoch, address: 'http://nod_a' },
      { synced: true },
    ]);
    await directory.drain('nod_a' as NodeId, {}, 'usr_1');
    await settle(6000);
    expect(lines.slice(2, 4)).toMatchObject([{ node: 'nod_a', state: 'draining' }, { heartbeat: true }]);
    ending.abort();
    await following;
  });

  it('tell every replica of a change at once and are superseded by their own next start', async () => {
    const directory = await startDirectory();
    const other = await startDirectory('http://other');
    const a = await startNode('nod_a');
    await waiting(directory.reserve(ask([1000])));
    await settle();
    expect(other.node('nod_a' as NodeId).workloads).toBe(1);
    await a.restart();
    await settle();
    expect(other.node('nod_a' as NodeId).workloads).toBe(0);
    await settle(5000);
    expect(a.superseded[0]).toMatchObject({ code: 'superseded' });
  });

  it('that are unknown have no detail', async () => {
    const directory = await startDirectory();
    expect(() => directory.node('nod_x' as NodeId)).toThrow(expect.objectContaining({ code: 'unknown-node' }) as Error);
  });
});
