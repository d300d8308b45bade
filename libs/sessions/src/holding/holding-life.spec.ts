import { describe, expect, it } from 'vitest';
import type { InstanceId, Revocation } from '@muster/contracts';
import { aRecipe, owner } from './spec-kit/a-session.js';
import { HoldingHarness } from './spec-kit/holding-harness.js';

const relay = 'svc_relay' as InstanceId;

async function running(recipe = aRecipe()): Promise<HoldingHarness> {
  const test = new HoldingHarness();
  await test.granted({ recipe });
  expect(test.document.state).toBe('running');
  return test;
}

describe('a running session', () => {
  it('is degraded while a crashed worker is started again, and tells the others of its new incarnation', async () => {
    const test = await running();
    test.cluster.crash('solver');
    await test.settle();
    expect(test.picture).toEqual({ state: 'degraded', roles: { model: '1 running', solver: '2 pending' } });
    await test.pass(500);
    await test.settle();
    expect(test.picture).toEqual({ state: 'running', roles: { model: '1 running', solver: '2 running' } });
    expect(test.cluster.runs.filter(({ role }) => role === 'model').at(-1)?.peers).toMatchObject([
      { role: 'solver', incarnation: 2, state: expect.stringMatching(/ready|running/) as string },
    ]);
  });

  it('raises the view with every change of the peers and delivers the newest to everybody', async () => {
    const test = await running();
    test.cluster.crash('solver');
    await test.pass(1000);
    const views = test.cluster.runs.map(({ view }) => view);
    expect(views).toEqual([...views].sort((one, other) => one - other));
    expect(Object.values(test.document.workers).map(({ ranView }) => ranView)).toEqual([
      test.document.view,
      test.document.view,
    ]);
  });

  it('waits longer before each restart', async () => {
    const test = await running(aRecipe({ model: {}, solver: { maxTimes: 5 } }));
    const waits: number[] = [];
    for (let crash = 0; crash < 3; crash += 1) {
      test.cluster.crash('solver');
      await test.settle();
      waits.push((test.document.workers['solver']?.notBeforeMs ?? 0) - test.clock.nowMs());
      await test.pass(5000);
    }
    expect(waits).toEqual([500, 1000, 2000]);
  });

  it('fails when a mandatory worker crashes too often, and ends the others', async () => {
    const test = await running();
    for (let crash = 0; crash < 3; crash += 1) {
      test.cluster.crash('solver', 9);
      await test.pass(4000);
    }
    expect(test.document.state).toBe('failed');
    expect(test.document.reason).toBe(
      'worker-failed: solver ended 3 times within 60000 ms, the last time: it ended with code 9',
    );
    expect(test.cluster.running).toEqual([]);
  });

  it('does not count crashes that are long ago', async () => {
    const test = await running();
    for (let crash = 0; crash < 5; crash += 1) {
      test.cluster.crash('solver');
      await test.pass(61_000);
    }
    expect(test.picture).toEqual({ state: 'running', roles: { model: '1 running', solver: '6 running' } });
  });

  it('goes on without a role that is not mandatory and crashes too often, or has done its work', async () => {
    const test = await running(
      aRecipe({ model: {}, plot: { mandatory: false, maxTimes: 0 }, once: { mandatory: false } }),
    );
    test.cluster.crash('plot');
    test.cluster.crash('once', 0);
    await test.settle();
    expect(test.picture).toEqual({ state: 'running', roles: { model: '1 running', plot: '1 ended', once: '1 ended' } });
  });

  it('ignores repeated reports and reports of an old incarnation', async () => {
    const test = await running();
    test.cluster.crash('solver');
    await test.pass(1000);
    const { rev } = test.document;
    test.cluster.reportAgain();
    await test.settle();
    expect([test.document.rev, test.picture.roles['solver']]).toEqual([rev, '2 running']);
  });

  it('stops what runs and is not the present incarnation of its role', async () => {
    const test = await running();
    const node = test.cluster.node('nod_2');
    const [kept] = [...node.workloads.values()];
    if (kept === undefined) throw new TypeError('nothing runs');
    const old = { ...kept.report, incarnation: 0, state: 'running' as const };
    test.a.holder.noteReports({ node: node.id, nodeEpoch: 1, reports: [old] });
    await test.settle();
    expect(test.cluster.stops.map(({ fence }) => fence.incarnation)).toEqual([0]);
    expect(test.document.state).toBe('running');
  });

  it('names the sessions that it does not hold to a node that reports about them', async () => {
    const test = await running();
    const answer = test.b.holder.noteReports({
      node: test.cluster.node('nod_1').id,
      nodeEpoch: 1,
      reports: [...test.cluster.node('nod_1').workloads.values()].map(({ report }) => report),
    });
    expect(answer).toEqual({ notHeld: ['ses_1'] });
  });

  it('warns, then closes what nobody uses; traffic and busy workers put it off', async () => {
    const test = await running();
    await test.pass(500_000);
    const session = await test.a.holder.require(test.id);
    session.memory.usage.note({ relay, clients: 1, lastTrafficAgoMs: 0 }, test.clock.nowMs());
    session.poke();
    await test.pass(545_000);
    expect(test.document.events.at(-1)?.text).toMatch(/^the session is closed in 60 s: it is not used$/);
    expect(test.document.state).toBe('running');
    await test.pass(60_000);
    expect([test.document.state, test.document.reason]).toEqual(['closed', 'idle']);
    expect(test.document.events.filter(({ kind }) => kind === 'warning').length).toBe(1);
  });

  it('closes at its greatest age, used or not', async () => {
    const test = await running();
    const session = await test.a.holder.require(test.id);
    session.memory.usage.noteBusy(test.clock.nowMs() + 10_000_000);
    await test.pass(3_601_000);
    expect([test.document.state, test.document.reason]).toEqual(['closed', 'max-age']);
  });

  it('closes a while after the last client has gone, where its type says so', async () => {
    const test = await running({ ...aRecipe(), onDisconnect: 'close' });
    const session = await test.a.holder.require(test.id);
    const report = async (clients: number): Promise<void> => {
      session.memory.usage.note({ relay, clients, lastTrafficAgoMs: null }, test.clock.nowMs());
      session.poke();
      await test.settle();
    };
    await report(1);
    await report(0);
    await test.pass(9000);
    await report(1);
    await test.pass(9000);
    expect(test.document.state).toBe('running');
    await report(0);
    await test.pass(11_000);
    expect([test.document.state, test.document.reason]).toEqual(['closed', 'disconnected']);
  });
});

describe('closing a session', () => {
  it('asks the workers to shut down, waits for them, and ends with the reason', async () => {
    const test = await running();
    test.wish('by its owner');
    await test.a.holder.changed(test.id);
    await test.settle();
    const { state, reason, live, endedAtMs, outcome } = test.document;
    expect({ state, reason, live, endedAtMs, outcome }).toEqual({
      state: 'closed',
      reason: 'by its owner',
      live: false,
      endedAtMs: test.clock.nowMs(),
      outcome: 'closed',
    });
    expect(test.cluster.shutdowns).toEqual([
      { reason: 'by its owner', graceMs: 5000 },
      { reason: 'by its owner', graceMs: 5000 },
    ]);
    expect([test.cluster.stops, test.cluster.running, test.a.holder.count, test.a.released]).toEqual([
      [],
      [],
      0,
      ['ses_1'],
    ]);
  });

  it('has its node stop a worker that ignores the shutdown, when its grace is over', async () => {
    const test = await running();
    test.cluster.conduct.set('solver', 'ignores-shutdown');
    test.wish('enough');
    await test.a.holder.changed(test.id);
    await test.pass(4000);
    expect([test.document.state, test.cluster.running]).toEqual(['closing', ['solver:1']]);
    await test.pass(2000);
    expect([test.document.state, test.cluster.running]).toEqual(['closed', []]);
    expect(test.cluster.stops.every(({ fence, graceMs }) => fence.incarnation === 1 && graceMs === 0)).toBe(true);
  });

  it('notices the wish by its periodic look when nobody tells it', async () => {
    const test = await running();
    test.wish('quietly');
    await test.a.holder.reconcile();
    await test.settle();
    expect(test.document.state).toBe('closed');
  });

  it('happens when its user is disabled, but not when a session service hears of that after the user was let in again', async () => {
    const test = await running();
    const disabled = (at: number): Revocation => ({
      number: 1,
      at: new Date(at).toISOString(),
      kind: 'user',
      subject: owner,
      userId: owner,
      belowVersion: 2,
      reason: 'disabled',
    });
    await test.a.holder.revoked(disabled(test.document.createdAtMs - 300_000));
    await test.settle();
    expect(test.document.state).toBe('running');
    await test.a.holder.revoked(disabled(test.clock.nowMs()));
    await test.settle();
    expect([test.document.state, test.document.reason]).toEqual(['closed', 'revoked']);
  });

  it('caps every grace when the whole system stops', async () => {
    const test = await running();
    test.cluster.conduct.set('model', 'ignores-shutdown');
    const ended = test.a.holder.closeAll('system-stopped', 60_000);
    await test.pass(3500);
    await ended;
    expect([test.document.state, test.document.reason, test.cluster.running]).toEqual(['closed', 'system-stopped', []]);
    expect(test.cluster.shutdowns.map(({ graceMs }) => graceMs)).toEqual([3000, 3000]);
  });

  it('caps the grace also of what closes already when the whole system stops', async () => {
    const test = await running();
    test.cluster.conduct.set('model', 'ignores-shutdown');
    test.wish('by its owner');
    await test.a.holder.changed(test.id);
    await test.pass(1000);
    test.wish('system-stopped');
    await test.a.holder.changed(test.id);
    await test.pass(2500);
    expect([test.document.state, test.document.reason, test.cluster.running]).toEqual(['closed', 'by its owner', []]);
  });

  it('ends a session in the middle of its start and leaves nothing', async () => {
    const test = new HoldingHarness();
    test.cluster.conduct.set('solver', 'silent');
    await test.granted();
    test.wish('changed my mind');
    await test.a.holder.changed(test.id);
    await test.pass(1000);
    expect([test.document.state, test.cluster.running]).toEqual(['closed', []]);
  });

  it('gives back a reservation that comes when the session is closing already', async () => {
    const test = new HoldingHarness();
    const reserve = test.cluster.reserve.bind(test.cluster);
    let answer = (): void => undefined;
    test.cluster.reserve = (ask) => new Promise((resolve) => (answer = () => resolve(reserve(ask))));
    await test.granted();
    test.sessions.beforeReplace = () => {
      test.sessions.beforeReplace = () => undefined;
      test.wish('too late');
    };
    answer();
    await test.pass(1000);
    expect([test.document.state, test.cluster.running]).toEqual(['closed', []]);
  });
});
