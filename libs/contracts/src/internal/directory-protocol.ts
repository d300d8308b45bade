import type { WorkerRun } from '../catalogue.js';
import type { HardwareAmounts, HardwareBooking, HardwareRequest, NodeDescription, NodeState } from '../hardware.js';
import type { NodeId, SessionId, WorkerId, WorkloadId } from '../ids.js';

/*
 * Between services, on the internal listener only, service tokens required.
 * Base paths: /internal/v1/global-directory and /internal/v1/local-directory/{nodeId}
 * (a process may host several local directories).
 */

/** Names one incarnation of a worker and the epoch that commands it: what every command carries. */
export interface Fence {
  session: SessionId;
  epoch: number;
  worker: WorkerId;
  incarnation: number;
}

// ---- global directory ---------------------------------------------------------------------------------------------

export interface PlacementItem {
  worker: WorkerId;
  role: string;
  workerType: string;
  incarnation: number;
  hardware: HardwareRequest;
  /** Images by operating system family or build, when the type runs as a container; the types of run it offers decide which nodes can. */
  images?: Record<string, string>;
  /** Absent with `images`: nothing is asked of how a node runs things. */
  runsAsProcess?: boolean;
  near?: string[];
  apart?: string[];
}

/** `POST placements/plan` (nothing is reserved) and `POST placements/reserve`. */
export interface PlacementAsk {
  session: SessionId;
  epoch: number;
  items: PlacementItem[];
  /** Nodes of workers of this session that already run, for near and apart: role -> node. */
  placed?: Record<string, NodeId>;
  avoidNodes?: NodeId[];
  reservationMs: number;
}

export interface PlacementChoice {
  worker: WorkerId;
  node: NodeId;
  score: number;
  parts: Record<string, number>;
}

/** A reservation the node accepted. */
export interface ReservedPlacement extends PlacementChoice {
  nodeEpoch: number;
  /** Base address of that node's local directory, up to and including the node id. */
  address: string;
  nodeName: string;
  booking: HardwareBooking;
}

export interface PlacementReason {
  filter: string;
  count: number;
  text: string;
  nodes: string[];
}

export interface PlacementExplanation {
  summary: string;
  nodes: number;
  reasons: PlacementReason[];
  /** The role that could not be placed. */
  role?: string;
}

export type PlanAnswer =
  { verdict: 'now'; placements: PlacementChoice[] } | { verdict: 'later' | 'never'; explanation: PlacementExplanation };
export type ReserveAnswer =
  | { verdict: 'now'; placements: ReservedPlacement[] }
  | { verdict: 'later' | 'never'; explanation: PlacementExplanation };

/** `POST placements/release`: gives back reservations that will not be used. Unknown ones are no error. */
export interface ReleaseAsk {
  fences: Fence[];
}

export interface NodeFree {
  /** Rises with every change of the node's own book, within one node epoch: the higher one is the newer one. */
  version: number;
  amounts: HardwareAmounts;
  gpus: { deviceId: string; freeSlots: number; freeMemoryBytes: number; use: 'free' | 'shared' | 'exclusive' }[];
}

/** `POST node-reports`: full at registration and when asked, else only what changed; every 2 s as a heartbeat. */
export interface NodeReport {
  node: NodeId;
  nodeEpoch: number;
  seq: number;
  /** Names this process instance of the local directory. */
  instance: string;
  /** Base address of the local directory, node id included. */
  address: string;
  full: boolean;
  description?: NodeDescription;
  free?: NodeFree;
  workloads?: number;
  /** All of them in a full report; in a delta those that changed. */
  sessions?: {
    session: SessionId;
    role: string;
    worker: WorkerId;
    incarnation: number;
    state: 'reserved' | 'starting' | 'running' | 'exited';
  }[];
  leaving?: boolean;
  pressure?: string;
  failures?: Record<string, number>;
}

export interface NodeReportAnswer {
  periodMs: number;
  /** The directory lost track: send a full report next, at once. */
  want?: 'full';
  superseded?: boolean;
}

/** `GET node-states`: NDJSON stream; first one line per known node, then `{"synced":true}`, then changes. */
export type NodeStateLine =
  | { node: NodeId; name: string; state: NodeState; nodeEpoch: number; address: string }
  | { synced: true }
  | { heartbeat: true };

/** `PUT session-services`: global session's wish, repeated periodically. */
export interface SessionServicesWish {
  /** How many session services should run beyond those started by hand. */
  further: number;
  /** Instances that are drained and may be stopped now. */
  stop: string[];
}

// ---- local directory ----------------------------------------------------------------------------------------------

/** `POST reservations` */
export interface ReserveOnNode {
  nodeEpoch: number;
  items: { fence: Fence; role: string; workerType: string; hardware: HardwareRequest; ttlMs: number }[];
}

export type ReserveOnNodeResult =
  | { worker: WorkerId; accepted: true; booking: HardwareBooking }
  /** `seen` is set when the epoch is too old: the highest one that the node knows. */
  | { worker: WorkerId; accepted: false; reason: string; seen?: number };
export interface ReserveOnNodeAnswer {
  nodeEpoch: number;
  results: ReserveOnNodeResult[];
  free: NodeFree;
}

/** `POST reservations/release` */
export interface ReleaseOnNode {
  fences: Fence[];
}

/** `POST workloads/start`: uses up the reservation of the same fence. Answered when the back end has taken it (not when ready). */
export interface StartOnNode {
  nodeEpoch: number;
  fence: Fence;
  role: string;
  workerType: string;
  /** All ways the type offers; the node takes the one its back end can run. */
  run: WorkerRun;
  /** Values of MUSTER_* that the holder knows and the type's own `env`; the node adds bind, advertise, scratch and hardware. */
  env: Record<string, string>;
  /** Environment name (ends in _FILE) -> name of the operator's secret. */
  secrets: Record<string, string>;
  mounts: { name: string; path: string; readOnly: boolean }[];
  graceMs: number;
  startTimeoutMs: number;
  /** Where this node reports the workload's changes: the holder's internal base address. */
  reportTo: string;
  /** Set for programs that cannot register: the node does when this answers. */
  probe?: { httpGet?: string; tcp?: boolean; port?: number };
  /** Set with `probe`: what callers of the node's forwarder must show as their bearer. */
  acceptToken?: string;
}

export interface StartOnNodeAnswer {
  workload: WorkloadId;
  /** Where the worker will answer (or the node's forwarder for `registers: node`); empty where it ended before that was known. */
  address: string;
}

/** `POST workloads/stop`: of what is gone succeeds; a start that comes later is refused. */
export interface StopOnNode {
  nodeEpoch: number;
  fence: Fence;
  graceMs: number;
  reason: string;
}

/** Answered at once. `ended`: nothing of it runs here; otherwise its end is reported when it comes. */
export interface StopOnNodeAnswer {
  ended: boolean;
}

/** `POST fence`: from now on this node refuses older epochs of the session and reports to `reportTo`. */
export interface FenceOnNode {
  session: SessionId;
  epoch: number;
  reportTo: string;
}

export interface FenceOnNodeAnswer {
  nodeEpoch: number;
  workloads: WorkloadReport[];
}

export interface WorkloadReport {
  workload: WorkloadId;
  session: SessionId;
  worker: WorkerId;
  role: string;
  incarnation: number;
  state: 'starting' | 'running' | 'answering' | 'exited';
  /** Set once the node's probe of a `registers: node` program succeeded. */
  address?: string;
  exit?: {
    code: number | null;
    signal: string | null;
    /** `unresponsive`: its node ended it, because it had stopped to answer. */
    reason: 'exit' | 'signal' | 'out-of-memory' | 'stopped' | 'lost' | 'unresponsive';
    outputTail: string;
  };
}

/** Local directory -> holder: `POST {reportTo}/worker-reports`. Repeated until answered; order per workload. */
export interface WorkerReports {
  node: NodeId;
  nodeEpoch: number;
  reports: WorkloadReport[];
}
/** Sessions the receiver does not hold: the node asks its directory or waits to be fenced by the new holder. */
export interface WorkerReportsAnswer {
  notHeld: SessionId[];
}
