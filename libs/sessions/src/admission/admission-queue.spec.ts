import { MusterError } from '@muster/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemStopped } from '../holding/step-worker.js';
import { aUser, startAdmission } from './testing/admission-under-test.js';

const ada = aUser('usr_ada');
const lab = { type: 'lab' };
const unlimited = { sessions: null, cpuMillis: null, memoryBytes: null, gpus: null };
const noRoom = { summary: 'gone', nodes: 1, reasons: [] };
const onlyOne = { ...unlimited, sessions: 1 };
let under: Awaited<ReturnType<typeof startAdmission>>;

beforeEach(async () => {
  under = await startAdmission();
});
afterEach(() => under.close());

describe('a waiting session', () => {
  it('is granted to the session service with most room, which is told', async () => {
    await under.lease('small', { capacity: 1 });
    await under.lease('large', { capacity: 9 });
    const { id } = await under.global.create(ada, lab);
    await under.global.round();
    expect(await under.read(id)).toMatchObject({
      state: 'queued',
      epoch: 1,
      holder: null,
      granted: { holder: 'large', epoch: 1 },
    });
    expect(under.holders.told).toEqual([{ address: 'http://large', session: id, epoch: 1 }]);
  });

  it('is granted once by two replicas at the same moment', async () => {
    const other = under.replica();
    await under.lease('a');
    await under.lease('b', {}, other);
    const asked = await Promise.all(Array.from({ length: 20 }, () => under.global.create(ada, lab)));
    await Promise.all([under.global.round(), other.round()]);
    const granted = await Promise.all(asked.map(({ id }) => under.read(id)));
    expect(granted.map(({ epoch, granted: grant }) => [epoch, grant?.epoch])).toEqual(asked.map(() => [1, 1]));
    expect(under.problems).toEqual([]);
  });

  it('waits and says why while no session service has room', async () => {
    await under.lease('full', { capacity: 0 });
    const { id } = await under.global.create(ada, lab);
    await under.global.round();
    expect(await under.global.queries.viewFor(ada, id)).toMatchObject({
      queue: { place: 1, explanation: 'no session service has room' },
    });
  });

  it('keeps its place and pauses when its holder finds no room after all', async () => {
    await under.lease('a');
    const { id } = await under.global.create(ada, lab);
    await under.global.round();
    await under.hold(
      id,
      { change: 'confirm' },
      { change: 'requeue', explanation: { summary: 'gone', nodes: 1, reasons: [] } },
    );
    await under.global.round();
    expect(await under.read(id)).toMatchObject({
      state: 'queued',
      epoch: 1,
      granted: null,
      queue: { explanation: 'gone' },
    });
    await under.clock.advance(3000);
    await under.lease('a');
    await under.global.round();
    expect(await under.read(id)).toMatchObject({ epoch: 2, granted: { epoch: 2 } });
  });

  it('is granted anew when its session service does not confirm', async () => {
    await under.lease('slow', { capacity: 9 });
    await under.lease('other', { capacity: 1 });
    const { id } = await under.global.create(ada, lab);
    await under.global.round();
    await under.global.round();
    await under.clock.advance(5500);
    await under.global.round();
    expect(await under.read(id)).toMatchObject({ granted: null, epoch: 1 });
    await under.global.round();
    expect(await under.read(id)).toMatchObject({ granted: { holder: 'other' }, epoch: 2 });
  });

  it('is offered to another at once when its session service is not there any more', async () => {
    under.holders.gone.add('http://dead');
    await under.lease('dead', { capacity: 9 });
    await under.lease('other', { capacity: 1 });
    const { id } = await under.global.create(ada, lab);
    await under.global.round();
    await expect.poll(async () => (await under.read(id)).granted).toBeNull();
    await under.global.round();
    expect(await under.read(id)).toMatchObject({ granted: { holder: 'other', epoch: 2 } });
  });

  it('is offered to another at once when its session service leaves before it has confirmed', async () => {
    await under.lease('going', { capacity: 9 });
    await under.lease('other', { capacity: 1 });
    const { id } = await under.global.create(ada, lab);
    await under.global.round();
    await under.lease('going', { leaving: true });
    await under.global.round();
    await under.global.round();
    expect(await under.read(id)).toMatchObject({ granted: { holder: 'other', epoch: 2 } });
  });

  it('is never started after its deadline', async () => {
    const { id } = await under.global.create(ada, { ...lab, deadlineMs: 1000, project: 'p' });
    await under.clock.advance(1000);
    await under.lease('a');
    await under.global.round();
    expect(await under.read(id)).toMatchObject({
      state: 'failed',
      live: false,
      epoch: 0,
      reason: 'deadline: it could not be started in time',
    });
    await under.global.create(ada, { ...lab, project: 'p' });
  });

  it('can be cancelled at any time, also while it is granted', async () => {
    await under.lease('a');
    const { id } = await under.global.create(ada, lab);
    await under.global.round();
    expect(await under.global.close(ada, id)).toMatchObject({ state: 'closed', reason: 'client' });
    expect(await under.hold(id, { change: 'confirm' })).toMatchObject({ state: 'closed', granted: null });
  });
});

describe('limits of a user', () => {
  const limited = async (): Promise<void> => {
    await under.close();
    under = await startAdmission({ limits: { user: onlyOne, operator: unlimited, admin: unlimited } });
  };

  it('let further sessions wait, and the next one in when one has ended', async () => {
    await limited();
    await under.lease('a');
    const first = await under.global.create(ada, lab);
    await under.clock.advance(1);
    const second = await under.global.create(ada, lab);
    await under.global.round();
    await under.hold(first.id, { change: 'confirm' });
    await under.global.round();
    expect(await under.read(second.id)).toMatchObject({
      granted: null,
      queue: { explanation: expect.stringContaining('user-limit') as string },
    });
    await under.hold(first.id, { change: 'close', outcome: 'closed', reason: 'done' }, { change: 'finish' });
    await under.global.released(first.id as never);
    await under.global.round();
    expect(await under.read(second.id)).toMatchObject({ granted: { holder: 'a' } });
  });

  it('let in a session again that its holder gave back, though the ledger was not reconciled', async () => {
    await limited();
    await under.lease('a');
    const { id } = await under.global.create(ada, lab);
    await under.global.round();
    await under.hold(id, { change: 'confirm' }, { change: 'requeue', explanation: noRoom });
    await under.global.round();
    await under.clock.advance(3000);
    await under.lease('a');
    await under.global.round();
    expect(await under.read(id)).toMatchObject({ epoch: 2, granted: { holder: 'a' } });
  });

  it('let in the next session when a holder gives one back', async () => {
    await limited();
    await under.lease('a');
    const first = await under.global.create(ada, lab);
    await under.clock.advance(1);
    const second = await under.global.create(ada, lab);
    await under.global.round();
    await under.hold(first.id, { change: 'confirm' }, { change: 'requeue', explanation: noRoom });
    await under.global.released(first.id as never);
    await under.global.round();
    expect([(await under.read(first.id)).granted, (await under.read(second.id)).granted]).toMatchObject([
      null,
      { holder: 'a' },
    ]);
  });

  it('hold when two replicas grant at the same moment', async () => {
    await limited();
    const other = under.replica();
    await under.lease('a');
    await under.lease('b', {}, other);
    const asked = await Promise.all(Array.from({ length: 10 }, () => under.global.create(ada, lab)));
    for (let times = 0; times < 3; times += 1) await Promise.all([under.global.round(), other.round()]);
    const sessions = await Promise.all(asked.map(({ id }) => under.read(id)));
    expect(sessions.filter(({ granted }) => granted !== null)).toHaveLength(1);
  });

  it('count nothing that was booked for a grant which was never written, after a reconcile', async () => {
    await limited();
    const { id } = await under.global.create(ada, lab);
    const ledgers = under.store.collection<{ _id: string; rev: number; version: number; entries: object }>({
      name: 'ledgers',
      indexes: [],
    });
    const ledger = await ledgers.get('usr_ada');
    if (ledger === undefined) throw new TypeError('there is no ledger');
    const entry = { sessions: 1, cpuMillis: 500, memoryBytes: 1024, gpus: 0, epoch: 1 };
    await ledgers.replace({ ...ledger, entries: { [id]: entry, ses_gone: entry } });
    await under.global.reconcileNow();
    expect(await ledgers.get('usr_ada')).toMatchObject({ entries: {} });
  });
});

describe('global session that stops', () => {
  it('asks a directory that hangs for nothing more', async () => {
    await under.lease('a');
    for (let times = 0; times < 20; times += 1) await under.global.create(ada, lab);
    const asked = under.directory.asks.length;
    let plans = 0;
    under.directory.plan = async () => {
      plans += 1;
      await under.clock.sleep(5000);
      throw new MusterError('deadline-exceeded', 'no answer in time');
    };
    under.global.start();
    await expect.poll(() => plans).toBe(8);
    const stopped = under.global.stop();
    await under.clock.advance(5000);
    await stopped;
    expect([asked, plans]).toEqual([20, 8]);
  });
});

describe('the end of everything', () => {
  it('closes what waits, asks holders to close, and resolves when all have ended', async () => {
    await under.lease('a');
    const held = await under.global.create(ada, lab);
    await under.global.round();
    await under.hold(held.id, { change: 'confirm' });
    const queued = await under.global.create(ada, lab);
    const stopped = under.global.stopSystem(5000);
    await expect.poll(async () => (await under.read(held.id)).desired.reason).toBe(systemStopped);
    expect(await under.read(queued.id)).toMatchObject({ state: 'closed', reason: systemStopped });
    await under.hold(held.id, { change: 'close', outcome: 'closed', reason: systemStopped }, { change: 'finish' });
    await expect.poll(() => under.clock.waiting).toBeGreaterThan(0);
    await under.clock.advance(100);
    expect(await stopped).toBe(0);
    await expect(under.global.create(ada, lab)).rejects.toMatchObject({ code: 'not-ready' });
  });

  it('tells the holders of what closes already, too', async () => {
    await under.lease('a');
    const { id } = await under.global.create(ada, lab);
    await under.global.round();
    await under.hold(id, { change: 'confirm' });
    await under.global.close(ada, id);
    await under.hold(id, { change: 'close', outcome: 'closed', reason: 'client' });
    const stopped = under.global.stopSystem(100);
    await expect.poll(async () => (await under.read(id)).desired.reason).toBe(systemStopped);
    await under.clock.advance(100);
    expect(await stopped).toBe(1);
    expect(await under.read(id)).toMatchObject({ state: 'closing', reason: 'client' });
  });

  it('closes a session that was being made when its user was disabled, and none that a user let in again makes', async () => {
    const { directory, global } = under;
    const plan = directory.plan.bind(directory);
    directory.plan = async (ask) => {
      const at = new Date(under.clock.nowMs()).toISOString();
      const whom = { kind: 'user', subject: 'usr_ada', userId: 'usr_ada' } as const;
      global.revoked({ number: 1, at, ...whom, belowVersion: 2, reason: 'disabled' });
      await global.round();
      directory.plan = plan;
      return plan(ask);
    };
    const late = await global.create(ada, lab);
    const again = await global.create({ ...ada, tokenVersion: 2 }, lab);
    await global.round();
    expect(await under.read(late.id)).toMatchObject({ state: 'closed', reason: 'revoked' });
    expect(await under.read(again.id)).toMatchObject({ state: 'queued' });
  });

  it('closes the sessions of a user who was disabled', async () => {
    const [own, foreign] = [await under.global.create(ada, lab), await under.global.create(aUser('usr_bob'), lab)];
    const at = new Date(under.clock.nowMs()).toISOString();
    under.global.revoked({
      number: 1,
      at,
      kind: 'user',
      subject: 'usr_ada',
      userId: 'usr_ada',
      belowVersion: 2,
      reason: 'disabled',
    });
    await under.global.round();
    expect(await under.read(own.id)).toMatchObject({ state: 'closed', reason: 'revoked' });
    expect(await under.read(foreign.id)).toMatchObject({ state: 'queued' });
  });
});
