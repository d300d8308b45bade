import { describe, expect, it } from 'vitest';
import type { SessionId, UserId } from '@muster/contracts';
import { aGrantedSession } from '../holding/spec-kit/a-session.js';
import { sessionCollection, type SessionDocument } from '../session-document.js';
import { lockCollection, type LockDocument } from './documents.js';
import { ProjectLocks } from './project-locks.js';
import { SteppedStore } from './testing/stepped-store.js';

const owner = 'usr_ada' as UserId;
const before = { _id: 'ses_before' as SessionId, owner, project: 'p' };
const next = { _id: 'ses_next' as SessionId, owner, project: 'p' };
const third = { _id: 'ses_third' as SessionId, owner, project: 'p' };

/** A project whose session has ended a moment ago; its lock is still there. */
async function aStaleLock() {
  const store = new SteppedStore();
  const sessions = store.documents<SessionDocument>(sessionCollection);
  await sessions.insert(aGrantedSession({ ...before, live: false, state: 'closed' }));
  for (const session of [next, third]) await sessions.insert(aGrantedSession(session));
  const locks = store.documents<LockDocument>(lockCollection);
  await locks.insert({ _id: 'usr_ada/p', version: 1, session: before._id });
  /** The lock is given back and taken anew by other processes. */
  const reopened = async (): Promise<void> => {
    await store.alone('tidy', new ProjectLocks(store.openFor('tidy')).release(before));
    await store.alone('quick', new ProjectLocks(store.openFor('quick')).acquire(next));
  };
  return { store, locks, slow: new ProjectLocks(store.openFor('slow')), reopened };
}

describe('the lock of a project', () => {
  it('that was opened again while a sweep looked at the ended session stays', async () => {
    const { store, locks, slow, reopened } = await aStaleLock();
    const swept = slow.sweep();
    await store.untilWaiting('slow', 'remove');
    await reopened();
    await store.alone('slow', swept);
    expect(locks.kept.get('usr_ada/p')?.session).toBe(next._id);
  });

  it('that was opened again while another gave it back stays', async () => {
    const { store, locks, slow, reopened } = await aStaleLock();
    const released = slow.release(before);
    await store.untilWaiting('slow', 'remove');
    await reopened();
    await store.alone('slow', released);
    expect(locks.kept.get('usr_ada/p')?.session).toBe(next._id);
  });

  it('goes to one of two who find that its session has ended', async () => {
    const { store, slow, reopened } = await aStaleLock();
    const acquired = slow.acquire(third);
    await store.untilWaiting('slow', 'replace');
    await reopened();
    expect(await store.alone('slow', acquired)).toEqual({ held: false, by: next._id });
  });
});
