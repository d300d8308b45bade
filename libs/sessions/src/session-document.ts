import type {
  HardwareBooking,
  InstanceId,
  NodeId,
  PlacementExplanation,
  ResolvedSessionType,
  SessionEvent,
  SessionId,
  SessionState,
  StartPhase,
  UserId,
  WorkerId,
  WorkerState,
} from '@muster/contracts';
import type { CollectionDefinition, StoredDocument } from '@muster/store';

/**
 * The one document of a session, which is also the index. Every write matches `rev`; a holder's writes also match `epoch`.
 * Global session writes `desired`, `holder`, `epoch`, `granted` always, and everything while nobody holds the session;
 * its holder writes `state`, `workers`, `tickets`, `clients`, `events` and the times while it holds it.
 */
export interface SessionDocument extends StoredDocument {
  _id: SessionId;
  version: 1;
  owner: UserId;
  ownerName: string;
  type: string;
  project: string | null;
  parameters: Record<string, unknown>;
  priority: number;
  /** Hash of the request body, to tell a repeated Idempotency-Key from a misused one. */
  requestHash: string;
  recipe: ResolvedSessionType;
  createdAtMs: number;
  /** W3C traceparent of the request that made it; absent = of a version that kept none. */
  trace?: string;
  /** Wall clock; what has expired is never started. */
  deadlineAtMs: number | null;
  /** false once the session is closed or failed: what lists and start-up look at. */
  live: boolean;

  desired: { state: 'running' | 'closed'; reason?: string; by?: string };
  state: SessionState;
  reason: string | null;
  /** What a `closing` session will end as. */
  outcome: 'closed' | 'failed' | null;

  epoch: number;
  holder: InstanceId | null;
  /** Set while a grant waits for its holder's confirmation (only in state `queued`). `atMs`: for people, by the granter's clock. */
  granted: { holder: InstanceId; epoch: number; atMs: number } | null;
  queue: { sinceMs: number; explanation: string | null; placement: PlacementExplanation | null };

  startedAtMs: number | null;
  endedAtMs: number | null;
  /** By role. */
  workers: Record<string, WorkerRecord>;
  /** What may still run somewhere although it is over for the session; absent = none. */
  strays?: StrayRecord[];
  /** Rises with every change of the peer list. */
  view: number;
  /** Mandatory roles passed the barrier once. */
  barrierPassed: boolean;
  tickets: TicketRecord[];
  clients: ClientRecord[];
  /** The last 200. */
  events: SessionEvent[];
  lastEventId: number;
  /** Phases of the start with their wall-clock times; begins anew when it is queued again. */
  timeline: Partial<Record<StartPhase, number>>;
}

/** The present incarnation of one role. Incarnation and node are written before anything is sent to a node. */
export interface WorkerRecord {
  id: WorkerId;
  role: string;
  incarnation: number;
  desired: 'running' | 'ended';
  state: WorkerState;
  reason: string | null;
  node: NodeId | null;
  nodeName: string | null;
  nodeEpoch: number | null;
  nodeAddress: string | null;
  booking: HardwareBooking | null;
  address: string | null;
  speaks: 'stream' | 'http' | 'program' | null;
  joinTokenHash: string | null;
  /** Encrypted with the installation's key. */
  sealedAcceptToken: string | null;
  initialised: boolean;
  /** Highest view that was delivered by `run`. */
  ranView: number;
  startedAtMs: number | null;
  /** Wall-clock times of the last crashes, for the restart policy. */
  crashesAtMs: number[];
  /** Not restarted before then. */
  notBeforeMs: number | null;
  stopRequestedAtMs: number | null;
  /** It is stopped without fault of its own: its restart is not counted. */
  blameless?: boolean;
}

/** An incarnation that its session has given up without its node's word that it has ended: stopped when the node answers. */
export interface StrayRecord {
  worker: WorkerId;
  incarnation: number;
  node: NodeId;
  nodeAddress: string | null;
}

export interface TicketRecord {
  hash: string;
  user: UserId;
  tokenVersion: number;
  tokenExpiresAt: string | null;
  loginId?: string;
  apiTokenId?: string;
  expiresAtMs: number;
}

export interface ClientRecord {
  clientId: string;
  user: UserId;
  seenAtMs: number;
}

export const sessionCollection: CollectionDefinition = {
  name: 'sessions',
  indexes: [
    { name: 'live-state', fields: ['live', 'state', 'createdAtMs'] },
    { name: 'owner-created', fields: ['owner', 'createdAtMs'] },
    { name: 'created', fields: ['createdAtMs'] },
    { name: 'type-created', fields: ['type', 'createdAtMs'] },
    { name: 'owner-project', fields: ['owner', 'project', 'createdAtMs'] },
    { name: 'live-holder', fields: ['live', 'holder'] },
    { name: 'live-granted', fields: ['live', 'granted.holder'] },
  ],
};
