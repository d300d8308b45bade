import type { Revocation, UserId } from '@muster/contracts';
import { endsSessions } from '@muster/identity';
import type { Collection, DocumentStore } from '@muster/store';
import { isEndedBy } from '../ended-user.js';
import { sessionCollection, type SessionDocument } from '../session-document.js';
import { inBatches } from './in-batches.js';
import { readAll } from './read-all.js';
import type { SessionEnds } from './session-ends.js';

const mostPending = 10_000;

/** A user who was disabled or removed has no sessions any more. */
export class UserEnd {
  private readonly sessions: Collection<SessionDocument>;
  private pending: Revocation[] = [];

  constructor(
    store: DocumentStore,
    private readonly ends: SessionEnds,
  ) {
    this.sessions = store.collection(sessionCollection);
  }

  /** The next round closes the user's sessions. */
  note(revocation: Revocation): boolean {
    if (!endsSessions(revocation) || this.pending.length >= mostPending) return false;
    this.pending.push(revocation);
    return true;
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
    await inBatches(
      own.filter((session) => isEndedBy(revocation, session)),
      async ({ _id }) => void (await this.ends.close(_id, { reason: 'revoked', by: 'service:auth' })),
    );
  }
}
