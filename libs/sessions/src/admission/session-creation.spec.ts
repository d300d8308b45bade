import { MusterError, type SessionView } from '@muster/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sessionCollection } from '../session-document.js';
import { aUser, startAdmission } from './testing/admission-under-test.js';
import { replicaOver } from './testing/stepped-replica.js';
import { SteppedStore } from './testing/stepped-store.js';

type Admission = Awaited<ReturnType<typeof startAdmission>>;

const ada = aUser('usr_ada');
let under: Admission;

beforeEach(async () => {
  under = await startAdmission();
});
afterEach(() => under.close());

const codeOf = (task: Promise<unknown>): Promise<string> =>
  task.then(
    () => 'done',
    (error: unknown) => (error instanceof MusterError ? error.code : String(error)),
  );

describe('a new session', () => {
  it('is durable and waits before it is answered', async () => {
    const view = await under.global.create(ada, { type: 'lab', project: 'p', parameters: { cells: 3 } });
    expect(view).toMatchObject({
      state: 'queued',
      owner: 'usr_ada',
      project: 'p',
      epoch: 0,
      queue: { place: 1, estimatedStartMs: null },
    });
    expect(await under.read(view.id)).toMatchObject({
      parameters: { cells: 3 },
      desired: { state: 'running' },
      priority: 50,
    });
  });

  it('is refused for an unknown type, and for parameters that do not fit', async () => {
    expect(await codeOf(under.global.create(ada, { type: 'lub' }))).toBe('unknown-type');
    expect(await codeOf(under.global.create(ada, { type: 'lab', parameters: { cells: 'many' } }))).toBe(
      'invalid-parameters',
    );
  });

  it('is refused at once, with the explanation, when no node could ever host it', async () => {
    const explanation = { summary: '1 node: 1 lack 999 CPU', nodes: 1, reasons: [] };
    under.directory.answer = { verdict: 'never', explanation };
    const refused = under.global.create(ada, { type: 'lab' });
    await expect(refused).rejects.toMatchObject({ code: 'never-placeable', extensions: { explanation } });
  });

  it('waits while the directory does not answer', async () => {
    under.directory.answer = 'unreachable';
    expect(await under.global.create(ada, { type: 'lab' })).toMatchObject({ state: 'queued' });
  });

  it('tells why it waits when there is no room now', async () => {
    under.directory.answer = {
      verdict: 'later',
      explanation: { summary: '1 node: 1 lack 1 CPU', nodes: 1, reasons: [] },
    };
    const view = await under.global.create(ada, { type: 'lab' });
    expect(view.queue).toMatchObject({ explanation: '1 node: 1 lack 1 CPU' });
  });
});

describe('limits', () => {
  it('refuse a session that alone is above them', async () => {
    await under.close();
    const one = { sessions: null, cpuMillis: 499, memoryBytes: null, gpus: null };
    under = await startAdmission({ limits: { user: one, operator: one, admin: one } });
    expect(await codeOf(under.global.create(ada, { type: 'lab' }))).toBe('over-limit');
  });

  it('bound the queue', async () => {
    await under.close();
    under = await startAdmission({ queueLimit: 1 });
    await under.global.create(ada, { type: 'lab' });
    expect(await codeOf(under.global.create(ada, { type: 'lab' }))).toBe('queue-full');
  });
});

describe('the same Idempotency-Key', () => {
  it('used 50 times at once, at two replicas, makes one session', async () => {
    const other = under.replica();
    const asked = Array.from({ length: 50 }, (_, index) =>
      (index % 2 === 0 ? under.global : other).create(ada, { type: 'lab', project: 'p' }, 'key'),
    );
    const ids = new Set((await Promise.all(asked)).map(({ id }) => id));
    expect([ids.size, await under.sessions.count()]).toEqual([1, 1]);
  });

  it('with another body is refused', async () => {
    await under.global.create(ada, { type: 'lab' }, 'key');
    expect(await codeOf(under.global.create(ada, { type: 'lab', priority: 1 }, 'key'))).toBe('idempotency-key-reused');
  });

  it('with the same body in another order is the same', async () => {
    const first = await under.global.create(ada, { type: 'lab', project: 'p' }, 'key');
    const second = await under.global.create(ada, { project: 'p', type: 'lab' }, 'key');
    expect(second.id).toBe(first.id);
  });

  it('of another user is another key', async () => {
    const first = await under.global.create(ada, { type: 'lab' }, 'key');
    const second = await under.global.create(aUser('usr_bob'), { type: 'lab' }, 'key');
    expect(second.id).not.toBe(first.id);
  });

  it('answers with the session even when it has ended', async () => {
    const first = await under.global.create(ada, { type: 'lab' }, 'key');
    await under.global.close(ada, first.id);
    expect(await under.global.create(ada, { type: 'lab' }, 'key')).toMatchObject({ id: first.id, state: 'closed' });
  });
});

describe('a project', () => {
  it('asked for by many at the same instant is opened by exactly one', async () => {
    const other = under.replica();
    const asked = Array.from({ length: 20 }, (_, index) =>
      (index % 2 === 0 ? under.global : other)
        .create(ada, { type: 'lab', project: 'p' })
        .catch((error: MusterError) => error.code),
    );
    const answers = await Promise.all(asked);
    const opened = answers.filter((answer): answer is SessionView => typeof answer !== 'string');
    expect(opened).toHaveLength(1);
    expect(new Set(answers.filter((answer) => typeof answer === 'string'))).toEqual(new Set(['project-open']));
    expect(await under.sessions.count()).toBe(1);
  });

  it('that was lost leaves the key free for another try', async () => {
    const first = await under.global.create(ada, { type: 'lab', project: 'p' });
    expect(await codeOf(under.global.create(ada, { type: 'lab', project: 'p' }, 'key'))).toBe('project-open');
    await under.global.close(ada, first.id);
    expect(await codeOf(under.global.create(ada, { type: 'lab', project: 'p' }, 'key'))).toBe('done');
  });

  it('of the same name belongs to each user', async () => {
    await under.global.create(ada, { type: 'lab', project: 'p' });
    expect(await codeOf(under.global.create(aUser('usr_bob'), { type: 'lab', project: 'p' }))).toBe('done');
  });

  it('that one of two requests with one key did not get, and the other did, is open in a session that exists', async () => {
    const store = new SteppedStore();
    const ask = { type: 'lab', project: 'p' };
    const first = await store.alone('first', replicaOver(store, 'first').create(ada, ask));
    const lost = codeOf(replicaOver(store, 'one').create(ada, ask, 'key'));
    await store.untilWaiting('one', 'remove');
    const won = replicaOver(store, 'other').create(ada, ask, 'key');
    await store.untilDone('other', 'get');
    expect(await store.alone('one', lost)).toBe('project-open');
    await store.alone('first', replicaOver(store, 'first').close(ada, first.id));
    const { id } = await store.alone('other', won);
    expect(store.documents(sessionCollection).kept.get(id)).toMatchObject({ state: 'queued', project: 'p' });
  });

  it('whose session ended without anybody tidying up is free', async () => {
    const { id } = await under.global.create(ada, { type: 'lab', project: 'p' });
    await under.sessions.replace({ ...(await under.read(id)), live: false, state: 'closed' });
    expect(await codeOf(under.global.create(ada, { type: 'lab', project: 'p' }))).toBe('done');
  });
});
