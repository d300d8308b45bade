import {
  QueryBooleanField,
  EnumField,
  IntegerField,
  JsonObjectField,
  NestedField,
  NestedListField,
  NestedMapField,
  QueryIntegerField,
  TextField,
  TimeField,
} from './fields.js';
import {
  sessionStates,
  startPhases,
  workerStates,
  type SessionState,
  type StartPhase,
  type WorkerState,
} from './session-states.js';

export * from './session-states.js';

export class CreateSession {
  @TextField({ maxLength: 63, example: 'field-lab' }) type: string;
  @TextField({
    optional: true,
    maxLength: 128,
    pattern: /^[ -~\u00a0-\uffff]*$/,
    patternName: 'without control characters',
    example: 'cable',
    description: 'Exclusive: a project of one owner is open in at most one session',
  })
  project?: string;
  @JsonObjectField({
    optional: true,
    description: "Checked against the type's JSON Schema",
    example: { gridCells: 64 },
  })
  parameters?: Record<string, unknown>;
  @IntegerField({ optional: true, max: 100, default: 50, description: 'Higher goes first among your own' })
  priority?: number;
  @IntegerField({
    optional: true,
    min: 1,
    example: 600_000,
    description: 'Gives up if it is not started this many ms from now',
  })
  deadlineMs?: number;
}

export class QueueView {
  @IntegerField({ min: 1 }) place: number;
  @IntegerField({ nullable: true, description: 'From now, in ms; null = unknown' }) estimatedStartMs: number | null;
  @TextField({ optional: true, maxLength: 4096, description: 'Why it waits' }) explanation?: string;
}

export class RoleView {
  @EnumField(workerStates, 'WorkerState') state: WorkerState;
  @TextField({ nullable: true }) node: string | null;
  @IntegerField() incarnation: number;
  @TextField({ optional: true, maxLength: 4096 }) reason?: string;
}

export class PhaseView {
  @EnumField(startPhases, 'StartPhase', {
    description:
      'planned: a session service took it, with a plan that has room. The others count when all mandatory workers are there: hardware put aside, process taken by its node, registered, given its initial data, running',
  })
  phase: StartPhase;
  @TimeField() at: string;
}

export class SessionView {
  @TextField({ example: 'ses_4nq7k2m9x1' }) id: string;
  @TextField({ example: 'field-lab' }) type: string;
  @TextField({ nullable: true, example: 'cable' }) project: string | null;
  @TextField({ example: 'usr_8c1z5v0b3h', description: "The owner's user id" }) owner: string;
  @EnumField(sessionStates, 'SessionState') state: SessionState;
  @TextField({ optional: true, maxLength: 4096 }) reason?: string;
  @NestedField(() => QueueView, { optional: true }) queue?: QueueView;
  @IntegerField() epoch: number;
  @NestedMapField(() => RoleView, { example: { solver: { state: 'pending', node: null, incarnation: 0 } } })
  roles: Record<string, RoleView>;
  @TimeField() createdAt: string;
  @TimeField({ nullable: true }) startedAt: string | null;
  @TimeField({ nullable: true }) endedAt: string | null;
  @NestedListField(() => PhaseView, { description: 'Phases of its start that it has reached, in their order' })
  timeline: PhaseView[];
}

export class SessionPage {
  @NestedListField(() => SessionView) items: SessionView[];
  @TextField({ optional: true }) nextCursor?: string;
}

export class ListSessionsQuery {
  @EnumField(sessionStates, 'SessionState', { optional: true }) state?: SessionState;
  @TextField({ optional: true, description: 'Operators and admins only: sessions of this user id; default all' })
  owner?: string;
  @TextField({ optional: true }) type?: string;
  @TextField({ optional: true }) project?: string;
  @QueryBooleanField({ optional: true, description: 'Only sessions that have not ended' }) live?: boolean;
  @QueryIntegerField({ optional: true, min: 1, max: 200, default: 50 }) limit?: number;
  @TextField({ optional: true, maxLength: 2048 }) cursor?: string;
}

export class TicketView {
  @TextField() ticket: string;
  @TextField({ maxLength: 4096, description: "new WebSocket(url, 'muster.v1') works as it stands" }) url: string;
  @TimeField() expiresAt: string;
}

/** One entry of a session's event stream; `id` is a running number per session and the SSE id. */
export interface SessionEvent {
  id: number;
  at: string;
  kind: 'state' | 'worker' | 'warning' | 'progress';
  text: string;
  state?: SessionState;
  role?: string;
  worker?: { state: WorkerState; incarnation: number; node: string | null };
  done?: number;
  reason?: string;
}

/** A change of place or estimate in the same stream: it has no SSE id and is not stored. */
export interface QueueNews {
  kind: 'queue';
  queue: QueueView;
}
/** Events that are no longer kept (only the last 200 are): read the session anew. */
export interface MissedNews {
  kind: 'missed';
  firstId: number;
  lastId: number;
}

export type SessionNews = SessionEvent | QueueNews | MissedNews;
