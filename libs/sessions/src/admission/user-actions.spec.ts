import { MusterError } from '@muster/contracts';
import { AuditLog } from '@muster/identity';
import { SeededRandom } from '@muster/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogLevelTree } from './log-level-tree.js';
import { SystemReport } from './system-report.js';
import { aUser, startAdmission } from './testing/admission-under-test.js';
import { UserActions } from './user-actions.js';
import { withoutSecrets } from './without-secrets.js';

const asker = { user: aUser('usr_ada'), source: '192.0.2.1' };
let under: Awaited<ReturnType<typeof startAdmission>>;
let audit: AuditLog;
let actions: UserActions;
let told: string[];

/** Processes by address; `down` refuses. */
const calls = {
  addressesOf: (service: string): string[] => (service === 'auth' ? ['http://auth'] : []),
  toAddress: async <T>(address: string, { path, method }: { path: string; method: string }): Promise<T> => {
    told.push(`${method} ${address}${path}`);
    if (address === 'http://down') throw new MusterError('upstream-unavailable', `${address} cannot be reached`);
    return { details: { database: { status: 'up' } } } as T;
  },
};

beforeEach(async () => {
  under = await startAdmission();
  told = [];
  audit = new AuditLog(under.store, under.clock, new SeededRandom());
  const { registry } = under.global;
  const logLevels = new LogLevelTree({
    calls,
    registry,
    directory: under.directory,
    setOwn: (level) => told.push(level),
  });
  actions = new UserActions(under.global, logLevels, audit);
});
afterEach(() => under.close());

const records = async (): Promise<string[]> =>
  (await audit.page({})).items.map(({ actor, action, target, outcome, detail }) =>
    `${actor} ${action} ${target} ${outcome} ${detail}`.trim(),
  );

describe('what users change', () => {
  it('is recorded when it is done', async () => {
    const { id } = await actions.create(asker, { type: 'lab', project: 'p' }, 'key');
    await under.clock.advance(1);
    await actions.close(asker, id);
    expect(await records()).toEqual([`usr_ada session.close ${id} done`, `usr_ada session.create ${id} done lab p`]);
  });

  it('is recorded when it is refused, with the reason', async () => {
    await expect(actions.create(asker, { type: 'lub' }, undefined)).rejects.toMatchObject({ code: 'unknown-type' });
    expect(await records()).toEqual(['usr_ada session.create - refused lub unknown-type']);
  });

  it('needs a key that can be read, and a path that names the entry', async () => {
    await expect(actions.create(asker, { type: 'lab' }, 'with space')).rejects.toMatchObject({
      code: 'invalid-request',
    });
    const type = { kind: 'WorkerType', name: 'a', run: { process: { module: 'm' } } } as const;
    await expect(actions.putType(asker, 'b', type)).rejects.toMatchObject({ code: 'invalid-request' });
  });
});

describe('sessions of others', () => {
  it('do not exist for a user, can be seen by an operator, who may end them', async () => {
    const { id } = await actions.create(asker, { type: 'lab' }, undefined);
    const bob = { user: aUser('usr_bob'), source: '-' };
    await expect(under.global.queries.viewFor(bob.user, id)).rejects.toMatchObject({ code: 'unknown-session' });
    await expect(actions.close(bob, id)).rejects.toMatchObject({ code: 'unknown-session' });
    expect((await under.global.queries.list(bob.user, {})).items).toEqual([]);
    const operator = aUser('usr_op', 'operator');
    expect((await under.global.queries.list(operator, { owner: 'usr_ada', live: true, project: 'q' })).items).toEqual(
      [],
    );
    expect((await under.global.queries.list(operator, { owner: 'usr_ada' })).items).toMatchObject([{ id }]);
    expect(await actions.close({ user: operator, source: '-' }, id)).toMatchObject({
      state: 'closed',
      reason: 'admin',
    });
  });

  it('are not in the queue that a user sees, though they count for the place', async () => {
    await under.global.create(aUser('usr_bob'), { type: 'lab' });
    await under.clock.advance(1);
    const { id } = await under.global.create(asker.user, { type: 'lab' });
    await under.global.round();
    const page = await under.global.queries.queue(asker.user, {});
    expect(page).toMatchObject({
      waiting: 2,
      items: [{ session: id, place: 2, explanation: 'no session service has room', waitedMs: 0 }],
    });
    expect((await under.global.queries.queue(aUser('usr_op', 'operator'), { limit: 1 })).nextCursor).toBe('1');
  });
});

describe('a ticket', () => {
  it('names the public address, with a WebSocket scheme', async () => {
    await under.lease('a');
    const { id } = await under.global.create(asker.user, { type: 'lab' });
    await expect(actions.ticket(asker, id)).rejects.toMatchObject({ code: 'conflict' });
    await under.global.round();
    await under.hold(id, { change: 'confirm' });
    expect(await actions.ticket(asker, id)).toMatchObject({
      url: 'wss://muster.example/base/v1/connect?ticket=one%26only',
    });
    expect(under.holders.tickets).toMatchObject([{ user: 'usr_ada', tokenVersion: 1, loginId: 'log_1' }]);
  });

  it('is to be asked for again while its session is between two session services', async () => {
    await under.lease('a');
    const { id } = await under.global.create(asker.user, { type: 'lab' });
    await under.global.round();
    await under.hold(id, { change: 'confirm' });
    under.holders.ticket = () => Promise.reject(new MusterError('stale', 'it has no lease at the moment'));
    await expect(actions.ticket(asker, id)).rejects.toMatchObject({ code: 'not-ready', retryAfterMs: 1000 });
  });

  it('is refused for a session that has ended', async () => {
    const { id } = await under.global.create(asker.user, { type: 'lab' });
    await under.global.close(asker.user, id);
    await expect(actions.ticket(asker, id)).rejects.toMatchObject({ code: 'session-ended' });
  });
});

describe('operators', () => {
  it('set the log level of every process, and hear whom it did not reach', async () => {
    await under.lease('up');
    await under.lease('down');
    const answer = await actions.setLogLevel({ user: aUser('usr_op', 'operator'), source: '-' }, 'debug');
    expect(answer).toEqual({
      level: 'debug',
      reached: 3,
      unreached: [{ service: 'session', reason: 'upstream-unavailable' }],
    });
    expect(told.toSorted()).toEqual([
      'PUT http://auth/internal/v1/log-level',
      'PUT http://down/internal/v1/log-level',
      'PUT http://up/internal/v1/log-level',
      'debug',
    ]);
  });

  it('see services and their health without addresses, and the whole state without secrets', async () => {
    const { registry, rooms, book } = under.global;
    const report = new SystemReport({
      store: under.store,
      version: '1',
      instance: 'svc_me',
      registry,
      rooms,
      book,
      calls,
    });
    await under.lease('up');
    await under.lease('down');
    await under.global.create(asker.user, { type: 'lab', parameters: { cells: 3 } });
    const view = await report.view();
    expect(view).toMatchObject({ sessionsLive: 1, sessionsQueued: 1 });
    expect(view.services.map(({ service, state }) => `${service} ${state}`).toSorted()).toEqual([
      'auth ready',
      'session ready',
      'session unreachable',
    ]);
    expect(JSON.stringify(view)).not.toContain('http://');
    expect(await report.debug()).toMatchObject({
      sessions: [{ parameters: '(hidden)', requestHash: '(hidden)', state: 'queued' }],
    });
  });

  it('never see tickets, tokens or hashes', () => {
    const shown = withoutSecrets({
      tickets: [{ hash: 'h' }],
      workers: { a: { sealedAcceptToken: 's', joinTokenHash: 'j', state: 'ready' } },
    });
    expect(shown).toEqual({
      tickets: '(1 hidden)',
      workers: { a: { sealedAcceptToken: '(hidden)', joinTokenHash: '(hidden)', state: 'ready' } },
    });
  });
});
