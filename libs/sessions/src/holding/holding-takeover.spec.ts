import { describe, expect, it } from 'vitest';
import type { InstanceId } from '@muster/contracts';
import type { SessionDocument } from '../session-document.js';
import { aRecipe, owner } from './spec-kit/a-session.js';
import { HoldingHarness } from './spec-kit/holding-harness.js';

const relay = 'svc_relay' as InstanceId;

async function running(change: Partial<SessionDocument> = {}): Promise<HoldingHarness> {
  const test = new HoldingHarness();
  await test.granted(change);
  expect(test.document.state).toBe('running');
  return test;
}

describe('taking a session over', () => {
  it('fences every node, adopts what runs without touching it, and gives the workers the new control address', async () => {
    const test = await running();
    test.a.holder.dropAll();
    test.takeOver();
    await test.b.holder.changed(test.id);
    await test.settle();
    expect(test.picture).toEqual({ state: 'running', roles: { model: '1 running', solver: '1 running' } });
    expect(test.cluster.fenced.map(({ epoch, reportTo }) => [epoch, reportTo])).toEqual([
      [2, 'http://svc_b/internal/v1/session'],
      [2, 'http://svc_b/internal/v1/session'],
    ]);
    expect([test.cluster.starts.length, test.cluster.stops]).toEqual([2, []]);
    expect(
      test.cluster.runs.slice(-2).map(({ epoch, controlUrl }) => [epoch, controlUrl.startsWith('http://svc_b/')]),
    ).toEqual([
      [2, true],
      [2, true],
    ]);
  });

  it('starts what its node does not have any more as the next incarnation', async () => {
    const test = await running();
    test.a.holder.dropAll();
    test.cluster.node('nod_2').workloads.clear();
    test.takeOver();
    await test.b.holder.changed(test.id);
    await test.pass(2000);
    expect(test.picture).toEqual({ state: 'running', roles: { model: '1 running', solver: '2 running' } });
  });

  it('shows the workers of a silent node as lost, and restarts them only when the lease of the node has ended', async () => {
    const test = await running();
    test.a.holder.dropAll();
    test.cluster.setNode('nod_2', { reachable: false, state: 'suspect' });
    test.takeOver();
    await test.b.holder.changed(test.id);
    await test.pass(30_000);
    expect(test.picture).toEqual({ state: 'degraded', roles: { model: '1 running', solver: '1 lost' } });
    test.cluster.setNode('nod_2', { state: 'down' });
    await test.pass(2000);
    expect(test.picture).toEqual({ state: 'running', roles: { model: '1 running', solver: '2 running' } });
    expect(test.cluster.running).toEqual(['model:1', 'solver:1', 'solver:2']);
    test.cluster.setNode('nod_2', { reachable: true, state: 'ready' });
    await test.pass(10_000);
    expect(test.cluster.running).toEqual(['model:1', 'solver:2']);
  });

  it('finds a lost worker again when its node answers, without restarting it', async () => {
    const test = await running();
    test.a.holder.dropAll();
    test.cluster.setNode('nod_2', { reachable: false });
    test.takeOver();
    await test.b.holder.changed(test.id);
    await test.settle();
    expect(test.picture.roles['solver']).toBe('1 lost');
    test.cluster.setNode('nod_2', { reachable: true });
    await test.pass(10_000);
    expect(test.picture).toEqual({ state: 'running', roles: { model: '1 running', solver: '1 running' } });
  });

  it('starts again what the holder before had not seen register', async () => {
    const test = new HoldingHarness();
    test.cluster.conduct.set('solver', 'silent');
    await test.granted();
    test.a.holder.dropAll();
    test.cluster.conduct.set('solver', 'good');
    test.takeOver();
    await test.b.holder.changed(test.id);
    await test.pass(5000);
    expect(test.picture).toEqual({ state: 'running', roles: { model: '1 running', solver: '2 running' } });
    expect(test.cluster.running).toEqual(['model:1', 'solver:2']);
  });

  it('blames no worker for the restart that a takeover in the middle of its start makes', async () => {
    const test = new HoldingHarness();
    test.cluster.conduct.set('solver', 'silent');
    await test.granted({ recipe: aRecipe({ model: {}, solver: { maxTimes: 0 } }) });
    test.a.holder.dropAll();
    test.cluster.conduct.set('solver', 'good');
    test.takeOver();
    await test.b.holder.changed(test.id);
    await test.pass(5000);
    expect(test.picture).toEqual({ state: 'running', roles: { model: '1 running', solver: '2 running' } });
    expect(test.document.workers['solver']?.crashesAtMs).toEqual([]);
  });

  it('closes it after its last client has gone, where its type says so, though that was before', async () => {
    const test = await running({ recipe: { ...aRecipe(), onDisconnect: 'close' } });
    test.sessions.change(test.id, () => ({ clients: [{ clientId: 'c', user: owner, seenAtMs: 0 }] }));
    test.takeOver();
    await test.b.holder.changed(test.id);
    await test.pass(25_000);
    await test.b.holder.reconcile();
    expect(test.document.state).toBe('running');
    await test.pass(11_000);
    expect([test.document.state, test.document.reason]).toEqual(['closed', 'disconnected']);
  });

  it('keeps one open whose clients are still there', async () => {
    const test = await running({ recipe: { ...aRecipe(), onDisconnect: 'close' } });
    test.sessions.change(test.id, () => ({ clients: [{ clientId: 'c', user: owner, seenAtMs: 0 }] }));
    test.takeOver();
    await test.b.holder.changed(test.id);
    const session = await test.b.holder.require(test.id);
    for (let times = 0; times < 5; times += 1) {
      session.memory.usage.note({ relay, clients: 1, lastTrafficAgoMs: null }, test.clock.nowMs());
      await test.pass(10_000);
      await test.b.holder.reconcile();
    }
    expect(test.document.state).toBe('running');
  });

  it('goes on with closing', async () => {
    const test = await running();
    test.a.holder.dropAll();
    test.wish('enough');
    test.takeOver();
    await test.b.holder.changed(test.id);
    await test.settle();
    expect([test.document.state, test.cluster.running]).toEqual(['closed', []]);
  });

  it('fences a node that has restarted before it asks it for anything', async () => {
    const test = await running();
    test.cluster.setNode('nod_2', { epoch: 2 });
    await test.settle();
    expect(test.cluster.fenced.map(({ epoch }) => epoch)).toEqual([1]);
    expect(test.document.workers['solver']?.nodeEpoch).toBe(2);
    test.wish('enough');
    await test.a.holder.changed(test.id);
    await test.settle();
    expect(test.document.state).toBe('closed');
  });
});

describe('a holder whose session was taken over', () => {
  it('neither writes nor sends anything after it has lost a write', async () => {
    const test = await running();
    test.takeOver();
    await test.b.holder.changed(test.id);
    await test.settle();
    const { starts, runs, shutdowns } = test.cluster;
    const before = [starts.length, runs.length, shutdowns.length, test.document.rev];
    const session = await test.a.holder.require(test.id);
    await expect(
      session.exclusive(() => session.commit([{ change: 'close', outcome: 'closed', reason: 'late' }])),
    ).rejects.toThrow('stale');
    await test.settle();
    expect([starts.length, runs.length, shutdowns.length, test.document.rev]).toEqual(before);
    expect([test.document.state, session.isDropped, test.a.holder.count]).toEqual(['running', true, 0]);
    await expect(test.a.holder.require(test.id)).rejects.toThrow('stale');
  });

  it('has no effect with a reservation that is answered after the takeover', async () => {
    const test = new HoldingHarness();
    const reserve = test.cluster.reserve.bind(test.cluster);
    let answer = (): void => undefined;
    test.cluster.reserve = (ask) =>
      ask.epoch === 1 ? new Promise((resolve) => (answer = () => resolve(reserve(ask)))) : reserve(ask);
    await test.granted();
    test.takeOver();
    await test.b.holder.changed(test.id);
    await test.settle();
    answer();
    await test.settle();
    expect(test.picture.state).toBe('running');
    expect(test.cluster.starts.map(({ fence }) => fence.epoch)).toEqual([2, 2]);
    expect(test.a.holder.count).toBe(0);
  });

  it('lets go when a node knows a newer epoch', async () => {
    const test = await running();
    for (const node of test.cluster.nodes.values()) node.fences.set(test.id, 2);
    test.cluster.crash('solver');
    test.takeOver();
    await test.pass(3000);
    expect([test.a.holder.count, test.cluster.starts.length]).toEqual([0, 2]);
  });

  it('does nothing more once its lease may have ended', async () => {
    const test = await running();
    test.a.lease.held = false;
    test.a.holder.dropAll();
    const { rev } = test.document;
    test.cluster.crash('solver');
    await test.a.holder.changed(test.id);
    await test.a.holder.reconcile();
    await test.pass(10_000);
    expect([test.document.rev, test.a.holder.count, test.cluster.starts.length]).toEqual([rev, 0, 2]);
  });

  it('goes on with a session that it looked at in the moment between the end of its lease and the renewal', async () => {
    const test = await running();
    test.a.lease.held = false;
    test.a.holder.all[0]?.poke();
    await test.settle();
    test.a.lease.held = true;
    test.wish('enough');
    await test.a.holder.changed(test.id);
    await test.pass(1000);
    expect(test.document.state).toBe('closed');
  });

  it('takes its sessions up again when the lease is back and nobody took them', async () => {
    const test = await running();
    test.a.lease.held = false;
    test.a.holder.dropAll();
    test.cluster.crash('solver');
    test.a.lease.held = true;
    await test.a.holder.reconcile();
    await test.pass(5000);
    expect(test.picture).toEqual({ state: 'running', roles: { model: '1 running', solver: '2 running' } });
  });
});
