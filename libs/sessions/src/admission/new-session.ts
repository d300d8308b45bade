import { createHash } from 'node:crypto';
import type { CreateSession, ResolvedSessionType, SessionId, UserId } from '@muster/contracts';
import { withEvent } from '../session-events.js';
import type { SessionDocument } from '../session-document.js';

export interface NewSession {
  id: SessionId;
  owner: UserId;
  ownerName: string;
  request: CreateSession;
  recipe: ResolvedSessionType;
  nowMs: number;
  /** W3C traceparent of the request. */
  trace: string;
}

/** The document of a session that has just been asked for. */
export function newSession({
  id,
  owner,
  ownerName,
  request,
  recipe,
  nowMs,
  trace,
}: NewSession): Omit<SessionDocument, 'rev'> {
  return {
    _id: id,
    version: 1,
    owner,
    ownerName,
    type: recipe.name,
    project: request.project ?? null,
    parameters: request.parameters ?? {},
    priority: request.priority ?? recipe.priority,
    requestHash: hashOfRequest(request),
    recipe,
    createdAtMs: nowMs,
    trace,
    deadlineAtMs: request.deadlineMs === undefined ? null : nowMs + request.deadlineMs,
    live: true,
    desired: { state: 'running' },
    state: 'queued',
    reason: null,
    outcome: null,
    epoch: 0,
    holder: null,
    granted: null,
    queue: { sinceMs: nowMs, explanation: null, placement: null },
    startedAtMs: null,
    endedAtMs: null,
    workers: {},
    view: 0,
    barrierPassed: false,
    tickets: [],
    clients: [],
    ...withEvent(
      { events: [], lastEventId: 0 },
      { kind: 'state', state: 'queued', text: 'it waits for its turn' },
      nowMs,
    ),
    timeline: { queued: nowMs },
  };
}

/** The session id that (user, Idempotency-Key) decides. */
export function sessionIdOf(user: UserId, key: string): SessionId {
  const digest = createHash('sha256').update(`${user}\n${key}`).digest('hex');
  return `ses_${digest.slice(0, 24)}` as SessionId;
}

/** The same for two requests that mean the same: the order of members does not matter. */
export function hashOfRequest(request: CreateSession): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(request)))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    entries.sort(([left], [right]) => (left < right ? -1 : 1)).map(([name, member]) => [name, sorted(member)]),
  );
}
