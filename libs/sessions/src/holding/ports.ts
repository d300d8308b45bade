import type {
  FenceOnNode,
  FenceOnNodeAnswer,
  InitRequest,
  NodeStateLine,
  PlacementAsk,
  ReleaseAsk,
  RenewLease,
  RenewLeaseAnswer,
  ReserveAnswer,
  RunRequest,
  SessionId,
  ShutdownRequest,
  StartOnNode,
  StartOnNodeAnswer,
  StopOnNode,
  StopOnNodeAnswer,
  WorkloadId,
} from '@muster/contracts';

/** What a session service asks of others. Every method rejects with MusterError and ends when the signal is aborted. */

export interface DirectoryPort {
  reserve(ask: PlacementAsk, signal: AbortSignal): Promise<ReserveAnswer>;
  release(ask: ReleaseAsk, signal: AbortSignal): Promise<void>;
  /** First all nodes, then `synced`, then changes and heartbeats; ends or rejects when the connection does. */
  nodeStates(signal: AbortSignal): AsyncIterable<NodeStateLine>;
}

/** `address` is the base address of the node's local directory, node id included. */
export interface NodePort {
  start(address: string, command: StartOnNode, signal: AbortSignal): Promise<StartOnNodeAnswer>;
  /** Answers before the workload has ended, and says whether it has. */
  stop(address: string, command: StopOnNode, signal: AbortSignal): Promise<StopOnNodeAnswer>;
  fence(address: string, command: FenceOnNode, signal: AbortSignal): Promise<FenceOnNodeAnswer>;
  logs(address: string, workload: WorkloadId, ask: LogsAsk, signal: AbortSignal): Promise<Response>;
}

export interface LogsAsk {
  follow: boolean;
}

/** One incarnation of a worker that can be called. */
export interface WorkerTarget {
  address: string;
  acceptToken: string;
  session: SessionId;
  epoch: number;
  incarnation: number;
}

export interface WorkerPort {
  init(target: WorkerTarget, request: InitRequest, signal: AbortSignal): Promise<void>;
  run(target: WorkerTarget, request: RunRequest, signal: AbortSignal): Promise<void>;
  shutdown(target: WorkerTarget, request: ShutdownRequest, signal: AbortSignal): Promise<void>;
}

export interface LeasePort {
  renew(ask: RenewLease, call: { deadlineMs: number; signal?: AbortSignal }): Promise<RenewLeaseAnswer>;
}

/** Where the holder says what it does; never secrets. */
export interface HolderLog {
  info(facts: Record<string, unknown>, text: string): void;
  warn(facts: Record<string, unknown>, text: string): void;
}
