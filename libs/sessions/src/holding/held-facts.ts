import type { NodeState, PlacementExplanation, WorkloadReport } from '@muster/contracts';
import type { StrayRecord, WorkerRecord } from '../session-document.js';
import type { Member, Warning } from './change.js';

/** The last that a node said about one incarnation; `missing`: the node answered and does not have it. */
export interface ObservedWorker {
  incarnation: number;
  state: WorkloadReport['state'] | 'missing';
  address?: string;
  exit?: WorkloadReport['exit'];
  /** Why it is over, when it never came to run. */
  why?: string;
  /** The start was refused without fault of the worker: its restart is not counted. */
  innocent?: boolean;
}

export interface NodeFacts {
  /** `unknown`: the directory does not know this node (any more, or yet). */
  state: NodeState | 'unknown';
  /** Highest node epoch that was seen; null = none yet. */
  nodeEpoch: number | null;
  /** The node epoch in which the node obeys our epoch of this session. */
  fencedEpoch: number | null;
  /** Since when it has not answered us, wall clock of this process. */
  unreachableSinceMs: number | null;
}

export interface SessionUse {
  /** Last client traffic or end of what a worker called busy. */
  lastUseMs: number;
  clients: number;
  /** When the last client went; null while one is there or none has ever come. */
  leftAtMs: number | null;
}

/** What an installation decides about holding sessions; all times in ms. */
export interface HoldingLimits {
  /** When the whole system stops, no worker gets more time to end than this. */
  stopGraceMs: number;
  /** How long before an idle or old session is closed its user is warned. */
  warnBeforeMs: number;
  /** A node that does not answer and that the directory does not know counts as gone after so long. */
  unknownNodeMs: number;
  /** How long `onDisconnect: close` waits for a client to come back. */
  disconnectGraceMs: number;
  /** The pause before a restart doubles up to this. */
  maxRestartPauseMs: number;
}

/** Everything beside the document that decides what to do next: known to the holder's memory only, and rebuilt by fencing. */
export interface HeldFacts {
  nowMs: number;
  /** Taken over with workers and not adopted yet. */
  adopting: boolean;
  /** By role. */
  observed: ReadonlyMap<string, ObservedWorker>;
  nodes: ReadonlyMap<string, NodeFacts>;
  /** Reported as running, although the document has another incarnation or node for the role. */
  strays: readonly StrayRecord[];
  /** The directory's last refusal of the first gang. */
  noRoom: { verdict: 'later' | 'never'; explanation: PlacementExplanation } | null;
  /** This holder knows the incarnation's tokens: it prepared the start itself. */
  prepared(member: Member): boolean;
  /** How telling the incarnation to shut down went. */
  told(member: Member): 'told' | 'unreachable' | undefined;
  /** When the incarnation was first told to run, wall clock; it may not have answered. */
  askedToRunAtMs(member: Member): number | undefined;
  use: SessionUse;
  warned: ReadonlySet<Warning>;
  limits: HoldingLimits;
}

/** The node obeys our epoch, as far as is known. */
export function isFenced(node: NodeFacts | undefined): boolean {
  return node !== undefined && node.fencedEpoch !== null && (node.nodeEpoch ?? 0) <= node.fencedEpoch;
}

/** Positive knowledge that nothing of ours can act there: its lease has ended, or nobody has seen it for long enough. */
export function isGone(node: NodeFacts | undefined, facts: Pick<HeldFacts, 'nowMs' | 'limits'>): boolean {
  if (node === undefined) return false;
  if (node.state === 'down') return true;
  const silentMs = node.unreachableSinceMs === null ? 0 : facts.nowMs - node.unreachableSinceMs;
  return node.state === 'unknown' && silentMs >= facts.limits.unknownNodeMs;
}

/** What is known about the present incarnation. */
export function observedOf(worker: WorkerRecord, facts: HeldFacts): ObservedWorker | undefined {
  const observed = facts.observed.get(worker.role);
  return observed?.incarnation === worker.incarnation ? observed : undefined;
}
