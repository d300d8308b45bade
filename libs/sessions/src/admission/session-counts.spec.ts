import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aUser, startAdmission } from './testing/admission-under-test.js';

let test: Awaited<ReturnType<typeof startAdmission>>;
beforeEach(async () => {
  test = await startAdmission({ leaseMs: 10_000, batchSize: 2 });
});
afterEach(() => test.close());

const create = (name: string, deadlineMs?: number) =>
  test.global.create(aUser('usr_ada'), {
    type: 'lab',
    project: name,
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  });

const statesNow = async (): Promise<Record<string, number>> => {
  const counts = await test.global.counts.byState();
  return Object.fromEntries(counts.flatMap(({ state, sessions }) => (sessions > 0 ? [[state, sessions]] : [])));
};

describe('what is counted of all sessions', () => {
  it('is how many are in each state, how many wait, and since when', async () => {
    await create('one');
    await test.clock.advance(5000);
    await create('two');
    await test.global.round();
    await test.clock.advance(1000);
    const { counts } = test.global;
    expect([await statesNow(), counts.queued, counts.queueAgeMs()]).toEqual([{ queued: 2 }, 2, 6000]);

    await test.lease('svc_a');
    await test.global.round();
    for (const { _id } of (await test.sessions.find({ limit: 10 })).items) await test.hold(_id, { change: 'confirm' });
    await test.global.round();
    expect([await statesNow(), counts.queued, counts.queueAgeMs()]).toEqual([{ starting: 2 }, 0, 0]);
  });

  it('is how many have lost their session service, until others have taken them over', async () => {
    const { id } = await create('one');
    await test.lease('svc_a');
    await test.global.round();
    await test.hold(id, { change: 'confirm' });
    const services = (): unknown =>
      test.global.counts.services().flatMap((each) => (each.services > 0 ? [[each.service, each.state]] : []));
    expect([await test.global.counts.awaitingTakeover(), services()]).toEqual([0, [['session', 'held']]]);

    for (let second = 0; second < 20; second += 1) {
      await test.clock.advance(1000);
      await test.global.round();
    }
    expect([await test.global.counts.awaitingTakeover(), services()]).toEqual([1, [['session', 'ended']]]);
    expect(test.counted).toEqual([]);

    await test.lease('svc_b');
    await test.global.round();
    expect(await test.global.counts.awaitingTakeover()).toBe(0);
    expect(test.counted).toEqual([1]);
  });

  it('is every session that was given up while it waited, by the code of its reason', async () => {
    await create('one', 1000);
    await test.clock.advance(2000);
    await test.global.round();
    await create('two');
    test.directory.answer = { verdict: 'never', explanation: { summary: 'no node', nodes: 0, reasons: [] } };
    await test.lease('svc_a');
    await test.global.round();
    expect(test.counted).toEqual(['deadline', 'never-placeable']);
  });
});
