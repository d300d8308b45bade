import type { SessionId, UserId } from '@muster/contracts';

/** What decides a session's place. */
export interface QueuedSession {
  id: SessionId;
  owner: UserId;
  /** Higher goes first among the owner's own. */
  priority: number;
  /** Wall clock; kept when a session goes back to the queue. */
  sinceMs: number;
}

/**
 * The queue in the order of admission. Fair share: a user's next session competes by how many sessions that user has or has
 * before it; of equals the oldest goes first. Among one user's own, priority and then age decide.
 */
export function orderQueue<T extends QueuedSession>(queue: readonly T[], held: ReadonlyMap<UserId, number>): T[] {
  const ranked = [...groupByOwner(queue)].flatMap(([owner, own]) =>
    own.sort(compareOwn).map((session, index) => ({ session, share: (held.get(owner) ?? 0) + index })),
  );
  return ranked
    .sort((left, right) => left.share - right.share || compareAge(left.session, right.session))
    .map(({ session }) => session);
}

function groupByOwner<T extends QueuedSession>(queue: readonly T[]): Map<UserId, T[]> {
  const groups = new Map<UserId, T[]>();
  for (const session of queue) {
    const own = groups.get(session.owner);
    if (own === undefined) groups.set(session.owner, [session]);
    else own.push(session);
  }
  return groups;
}

function compareOwn(left: QueuedSession, right: QueuedSession): number {
  return right.priority - left.priority || compareAge(left, right);
}

function compareAge(left: QueuedSession, right: QueuedSession): number {
  return left.sinceMs - right.sinceMs || (left.id < right.id ? -1 : 1);
}
