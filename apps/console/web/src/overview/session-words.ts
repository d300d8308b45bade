import type { SessionView } from '@muster/contracts';
import { expected } from '@muster/wording';

/** The user's own sessions stand first; else the order stays. */
export function ownFirst<T extends { owner: string }>(items: readonly T[], userId: string): T[] {
  return [...items].sort((a, b) => Number(b.owner === userId) - Number(a.owner === userId));
}

/** What happened last in its life, and when. */
export function since(session: Pick<SessionView, 'createdAt' | 'startedAt' | 'endedAt'>): { what: string; at: string } {
  if (session.endedAt !== null) return { what: 'ended', at: session.endedAt };
  if (session.startedAt !== null) return { what: 'started', at: session.startedAt };
  return { what: 'asked for', at: session.createdAt };
}

/** Why it is in its state, as far as that needs a reason. '' = it does not. */
export function why({ queue, reason }: Pick<SessionView, 'queue' | 'reason'>): string {
  if (queue === undefined) return reason ?? '';
  const start = `Place ${queue.place}, ${expected(queue.estimatedStartMs)}`;
  return queue.explanation === undefined ? start : `${start}: ${queue.explanation}`;
}

export interface WorkersInWords {
  text: string;
  /** Those that do not run: `plot starting`. */
  others: string[];
}

/** Undefined for sessions that have no workers: those that wait and those that have ended. */
export function workersInWords({ state, roles }: Pick<SessionView, 'state' | 'roles'>): WorkersInWords | undefined {
  const all = Object.entries(roles);
  if (all.length === 0 || withoutWorkers.has(state)) return undefined;
  const others = all.filter(([, role]) => role.state !== 'running');
  return {
    text: `${all.length - others.length} of ${all.length} running`,
    others: others.map(([name, role]) => `${name} ${role.state}`),
  };
}

const withoutWorkers: ReadonlySet<SessionView['state']> = new Set(['queued', 'hibernated', 'closed', 'failed']);
