import type { Revocation, UserId } from '@muster/contracts';
import { endsSessions, isTakenBy, standingOf, type UserPrincipal } from '@muster/identity';
import type { Collection, DocumentStore } from '@muster/store';
import { isEndedBy } from '../ended-user.js';
import { sessionCollection, type SessionDocument } from '../session-document.js';
import { inBatches } from './in-batches.js';
import { readAll } from './read-all.js';
import type { SessionEnds } from './session-ends.js';

const revoked = { reason: 'revoked', by: 'service:auth' } as const;
const mostPending = 10_000;
const mostRemembered = 10_000;

/** A user who was disabled or removed has no sessions any more. */
export class UserEnd {
  private readonly sessions: Collection<SessionDocument>;
  private pending: Revocation[] = [];
  /** The newest of each user. */
  private readonly remembered = new Map<string, Revocation>();

  constructor(
    store: DocumentStore,
    private readonly ends: SessionEnds,
  ) {
    this.sessions = store.collection(sessionCollection);
  }

  /** The next round closes the user's sessions. */
  note(revocation: Revocation): boolean {
    if (!endsSessions(revocation)) return false;
    this.remembered.delete(revocation.userId);
    const [oldest] = this.remembered.size < mostRemembered ? [] : this.remembered.keys();
    if (oldest !== undefined) this.remembered.delete(oldest);
    this.remembered.set(revocation.userId, revocation);
    if (this.pending.length >= mostPending) return false;
    this.pending.push(revocation);
    return true;
  }

  /** Closes what the user has just made, if the account ended meanwhile: the round that closed the others has not seen it. */
  async settleMade(user: UserPrincipal, session: SessionDocument): Promise<SessionDocument> {
    const revocation = this.remembered.get(user.userId);
    const hasEnded = revocation !== undefined && isTakenBy(standingOf(user), revocation);
    return hasEnded ? this.ends.close(session._id, revoked) : session;
  }

  /** Closes the sessions of all who were noted. What could not be done stays for the next round. */
  async round(): Promise<void> {
    const noted = this.pending;
    for (const revocation of noted) {
      await this.follow(revocation);
      this.pending = this.pending.filter((each) => each !== revocation);
    }
  }

  private async follow(revocation: Revocation): Promise<void> {
    const own = await readAll(this.sessions, { where: { owner: revocation.userId as UserId, live: true } });
    const ended = own.filter((session) => isEndedBy(revocation, session));
    await inBatches(ended, async ({ _id }) => void (await this.ends.close(_id, revoked)));
  }
}
