import type { SessionId } from '@muster/contracts';
import { DuplicateKey, RevisionConflict, type Collection, type DocumentStore } from '@muster/store';
import { sessionCollection, type SessionDocument } from '../session-document.js';
import { lockCollection, type LockDocument } from './documents.js';
import { readAll, readByIds } from './read-all.js';

type ProjectSession = Pick<SessionDocument, '_id' | 'owner' | 'project'>;

export type LockAnswer = { held: true } | { held: false; by: SessionId };

const maxAttempts = 20;

/**
 * A project is open in at most one session: its lock names it. A session's document is always written before its lock, so a
 * lock whose session has ended or does not exist is nobody's, and the next who asks has it.
 */
export class ProjectLocks {
  private readonly locks: Collection<LockDocument>;
  private readonly sessions: Collection<SessionDocument>;

  constructor(store: DocumentStore) {
    this.locks = store.collection(lockCollection);
    this.sessions = store.collection(sessionCollection);
  }

  /** May be repeated: a session that has the lock gets it again. Sessions without a project need none. */
  async acquire(session: ProjectSession): Promise<LockAnswer> {
    const _id = lockIdOf(session);
    if (_id === undefined) return { held: true };
    for (let attempt = 0; ; attempt += 1) {
      const answer = await this.tryAcquire(_id, session._id, attempt > 0);
      if (answer !== undefined) return answer;
      if (attempt >= maxAttempts) throw new RevisionConflict(lockCollection.name, _id);
    }
  }

  /** Removes the lock if it names this session. */
  async release(session: ProjectSession): Promise<void> {
    const _id = lockIdOf(session);
    const lock = _id === undefined ? undefined : await this.locks.get(_id);
    if (lock?.session === session._id) await this.locks.remove(lock._id, lock.rev);
  }

  /** Removes locks whose session has ended or is gone; answers how many. */
  async sweep(): Promise<number> {
    const locks = await readAll(this.locks, {});
    const sessions = await readByIds(
      this.sessions,
      locks.map(({ session }) => session),
    );
    const stale = locks.filter(({ session }) => sessions.get(session)?.live !== true);
    for (const lock of stale) await this.locks.remove(lock._id, lock.rev);
    return stale.length;
  }

  async count(): Promise<number> {
    return this.locks.count();
  }

  /**
   * Undefined: somebody else wrote meanwhile. A lock that names this session is written once more, unless it was since we began:
   * who found it when the session's document was not there yet removes it no more.
   */
  private async tryAcquire(_id: string, session: SessionId, hasChanged: boolean): Promise<LockAnswer | undefined> {
    const lock = await this.locks.get(_id);
    if (hasChanged && lock?.session === session) return { held: true };
    if (lock !== undefined && lock.session !== session && (await this.sessions.get(lock.session))?.live === true) {
      return { held: false, by: lock.session };
    }
    try {
      if (lock === undefined) await this.locks.insert({ _id, version: 1, session });
      else await this.locks.replace({ ...lock, session });
      return { held: true };
    } catch (error) {
      if (error instanceof DuplicateKey || error instanceof RevisionConflict) return undefined;
      throw error;
    }
  }
}

function lockIdOf({ owner, project }: ProjectSession): string | undefined {
  return project === null ? undefined : `${owner}/${project}`;
}
