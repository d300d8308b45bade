import {
  foreignCursor,
  MusterError,
  type ListSessionsQuery,
  type QueueEntryView,
  type QueuePage,
  type QueueView,
  type SessionId,
  type SessionPage,
  type SessionView,
  type UserId,
  type WorkerPage,
} from '@muster/contracts';
import type { UserPrincipal } from '@muster/identity';
import type { Clock } from '@muster/platform';
import { type Collection, type Condition, type DocumentStore } from '@muster/store';
import { sessionCollection, type SessionDocument } from '../session-document.js';
import { sessionViewOf, workerViewsOf } from '../session-view.js';
import { queueLineOf } from './admission-queue.js';
import type { QueueBook, QueueLine } from './queue-book.js';

/** Reads sessions for users, who see their own unless they may see all; another's session does not exist for them. */
export class SessionQueries {
  private readonly sessions: Collection<SessionDocument>;

  constructor(
    store: DocumentStore,
    private readonly book: QueueBook,
    private readonly clock: Clock,
  ) {
    this.sessions = store.collection(sessionCollection);
  }

  view(session: SessionDocument): SessionView {
    return sessionViewOf(session, session.state === 'queued' ? this.book.view(queueLineOf(session)) : undefined);
  }

  /** Rejects with `unknown-session`. */
  readable(user: UserPrincipal, id: string): Promise<SessionDocument> {
    return this.find(id, (session) => session.owner === user.userId || user.permissions.has('sessions:read-all'));
  }

  /** Rejects with `unknown-session`. */
  async viewFor(user: UserPrincipal, id: string): Promise<SessionView> {
    return this.view(await this.readable(user, id));
  }

  /** Rejects with `unknown-session`. */
  async workers(user: UserPrincipal, id: string): Promise<WorkerPage> {
    return { items: workerViewsOf(await this.readable(user, id)) };
  }

  /** Rejects with `unknown-session`, or `not-allowed` where the user may only look. */
  async writable(user: UserPrincipal, id: string): Promise<SessionDocument> {
    const session = await this.readable(user, id);
    if (session.owner === user.userId || user.permissions.has('sessions:write-all')) return session;
    throw new MusterError('not-allowed', `session ${id} belongs to another user`);
  }

  /** For services. */
  get(id: SessionId): Promise<SessionDocument> {
    return this.find(id, () => true);
  }

  /** Newest first. */
  async list(user: UserPrincipal, query: ListSessionsQuery): Promise<SessionPage> {
    const { state, owner, type, project, live, limit = 50, cursor } = query;
    const seesAll = user.permissions.has('sessions:read-all');
    if (!seesAll && owner !== undefined && owner !== user.userId) return { items: [] };
    const where = definedOf({ state, type, project, live, owner: seesAll ? owner : user.userId });
    const sort = [{ field: 'createdAtMs', direction: 'descending' }] as const;
    const page = await this.sessions.find({ where, sort, limit, ...(cursor === undefined ? {} : { after: cursor }) });
    const items = page.items.map((session) => this.view(session));
    return { items, ...(page.nextCursor === undefined ? {} : { nextCursor: page.nextCursor }) };
  }

  /** What waits and why, in the order of admission: all that the last round saw, or the user's own. */
  async queue(user: UserPrincipal, { limit = 50, cursor }: { limit?: number; cursor?: string }): Promise<QueuePage> {
    const seesAll = user.permissions.has('sessions:read-all');
    const from = offsetOf(cursor);
    const lines = this.book.ordered().filter(({ owner }) => seesAll || owner === (user.userId as UserId));
    const nowMs = this.clock.nowMs();
    const items = lines.slice(from, from + limit).map((line) => entryOf(line, this.book.view(line), nowMs));
    const next = from + limit < lines.length ? { nextCursor: String(from + limit) } : {};
    return { items, waiting: this.book.length, ...next };
  }

  private async find(id: string, may: (session: SessionDocument) => boolean): Promise<SessionDocument> {
    const session = idForm.test(id) ? await this.sessions.get(id) : undefined;
    if (session === undefined || !may(session))
      throw new MusterError('unknown-session', `there is no session ${id.slice(0, 64)}`);
    return session;
  }
}

function entryOf(line: QueueLine, { place, estimatedStartMs, explanation }: QueueView, nowMs: number): QueueEntryView {
  const { id: session, type, owner, priority, sinceMs } = line;
  const waitedMs = Math.max(0, nowMs - sinceMs);
  const why = explanation === undefined ? {} : { explanation };
  return { session, type, owner, priority, waitedMs, place, estimatedStartMs, ...why };
}

const idForm = /^ses_[a-z0-9]{1,64}$/;

function definedOf(where: Record<string, Condition | undefined>): Record<string, Condition> {
  return Object.fromEntries(
    Object.entries(where).filter((entry): entry is [string, Condition] => entry[1] !== undefined),
  );
}

function offsetOf(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  if (/^\d{1,9}$/.test(cursor)) return Number(cursor);
  throw foreignCursor();
}
