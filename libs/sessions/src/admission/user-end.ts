import type { Revocation, UserId } from '@muster/contracts';
import { endsSessions } from '@muster/identity';
import type { Collection, DocumentStore } from '@muster/store';
import { sessionCollection, type SessionDocument } from '../session-document.js';
import { inBatches } from './in-batches.js';
import { readAll } from './read-all.js';
import type { SessionEnds } from './session-ends.js';

/** A clock of another machine may be ahead or behind by so much. */
const clockSlackMs = 60_000;
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

  private async follow({ userId, at }: Revocation): Promise<void> {
    const own = await readAll(this.sessions, { where: { owner: userId as UserId, live: true } });
    // What was made later belongs to a user who was let in again.
    const before = own.filter(({ createdAtMs }) => createdAtMs <= Date.parse(at) + clockSlackMs);
    await inBatches(
      before,
      async ({ _id }) => void (await this.ends.close(_id, { reason: 'revoked', by: 'service:auth' })),
    );
  }
}
