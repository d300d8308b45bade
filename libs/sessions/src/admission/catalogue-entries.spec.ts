import { MusterError, type SessionType, type WorkerType } from '@muster/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aUser, startAdmission } from './testing/admission-under-test.js';

const worker: WorkerType = { kind: 'WorkerType', name: 'mesher', run: { process: { module: 'workers/mesher' } } };
const session: SessionType = { kind: 'SessionType', name: 'meshing', roles: { mesher: { worker: 'mesher' } } };
let under: Awaited<ReturnType<typeof startAdmission>>;

beforeEach(async () => {
  under = await startAdmission();
});
afterEach(() => under.close());

const codeOf = (task: Promise<unknown>): Promise<string> =>
  task.then(
    () => 'done',
    (error: unknown) => (error instanceof MusterError ? error.code : String(error)),
  );

describe('entries made over the API', () => {
  it('can be used at once, at every replica', async () => {
    const other = under.replica();
    expect(await codeOf(other.create(aUser('usr_ada'), { type: 'meshing' }))).toBe('unknown-type');
    await under.global.catalogue.create(worker);
    expect(await under.global.catalogue.create(session)).toEqual(Object.assign({ source: { kind: 'api' } }, session));
    expect(await other.create(aUser('usr_ada'), { type: 'meshing' })).toMatchObject({ type: 'meshing' });
  });

  it('stand beside those of files, by name, page by page', async () => {
    await under.global.catalogue.create(worker);
    const first = await under.global.catalogue.page('WorkerType', { limit: 1 });
    expect(first).toMatchObject({ items: [{ name: 'mesher', source: { kind: 'api' } }], nextCursor: 'mesher' });
    const second = await under.global.catalogue.page('WorkerType', { limit: 1, cursor: 'mesher' });
    expect(second).toEqual({
      items: [expect.objectContaining({ name: 'solver', source: { kind: 'file', file: 'lab.yaml', line: 1 } })],
    });
  });

  it('never replace, change or remove an entry of a file', async () => {
    const { catalogue } = under.global;
    const own = Object.assign({}, session, { name: 'lab', roles: { solver: { worker: 'solver' } } });
    expect(await codeOf(catalogue.create(own))).toBe('defined-in-file');
    expect(await codeOf(catalogue.put(own))).toBe('defined-in-file');
    expect(await codeOf(catalogue.remove('SessionType', 'lab'))).toBe('defined-in-file');
  });

  it('are refused when they name a worker type that does not exist', async () => {
    const refused = under.global.catalogue.create(session);
    await expect(refused).rejects.toMatchObject({
      code: 'invalid-request',
      errors: [{ member: 'roles.mesher.worker' }],
    });
  });

  it('are made once, and replaced by put', async () => {
    const { catalogue } = under.global;
    const made = await Promise.all([worker, worker, worker].map((type) => codeOf(catalogue.create(type))));
    expect(made.toSorted()).toEqual(['already-exists', 'already-exists', 'done']);
    await catalogue.put(Object.assign({}, worker, { startTimeoutMs: 5 }));
    expect(await catalogue.get('WorkerType', 'mesher')).toMatchObject({ startTimeoutMs: 5 });
  });

  it('cannot be removed while a session type uses them', async () => {
    const { catalogue } = under.global;
    await catalogue.put(worker);
    await catalogue.put(session);
    expect(await codeOf(catalogue.remove('WorkerType', 'mesher'))).toBe('conflict');
    await catalogue.remove('SessionType', 'meshing');
    await catalogue.remove('WorkerType', 'mesher');
    expect(await codeOf(catalogue.get('WorkerType', 'mesher'))).toBe('unknown-type');
  });

  it('do not reach sessions that exist: their recipe is frozen', async () => {
    const { catalogue } = under.global;
    await catalogue.put(worker);
    await catalogue.put(session);
    const { id } = await under.global.create(aUser('usr_ada'), { type: 'meshing' });
    await catalogue.put(Object.assign({}, worker, { startTimeoutMs: 5 }));
    expect((await under.read(id)).recipe.workerTypes['mesher']).toMatchObject({ startTimeoutMs: 30_000 });
  });
});
