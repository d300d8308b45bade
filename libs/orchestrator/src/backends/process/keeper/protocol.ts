import type { HardwareBooking, WorkloadId } from '@muster/contracts';
import type { OrchestratorErrorCode } from '../../../contract/errors.js';
import type { Ownership, WorkloadKind } from '../../../contract/ownership.js';
import type { WorkloadStatus } from '../../../contract/workload-status.js';

/** Raised when a keeper and a back end of different releases could no longer understand each other. */
export const protocolVersion = 1;

/** Given to the keeper as one JSON argument, so that it needs no environment. */
export interface KeeperSettings {
  /** Absolute; everything the keeper writes is in it. */
  readonly stateDir: string;
  readonly socketPath: string;
  /** With nothing running and nobody connected for this long, the keeper ends itself. */
  readonly idleExitMs: number;
  readonly endedKept: number;
  /** Ids that were used up and are still refused after their workload was forgotten. */
  readonly usedUpKept: number;
  readonly spares: SpareBounds;
}

/** How many processes wait to become workers: never fewer, never more. */
export interface SpareBounds {
  readonly least: number;
  readonly most: number;
}

/** What the keeper needs to start one process: the spec with every decision made. */
export interface Launch {
  readonly id: WorkloadId;
  readonly kind: WorkloadKind;
  readonly ownership: Ownership;
  readonly booking: HardwareBooking;
  readonly file: string;
  readonly args: readonly string[];
  /** `file` is Node, and `args` are the worker host and a module: a process that waits with that host may become it. */
  readonly mayUseSpare?: boolean;
  readonly env: Readonly<Record<string, string>>;
  /** Default: the workload's own directory. */
  readonly workingDirectory?: string;
  readonly scratchDir?: string;
  readonly maxOutputBytes: number;
}

/** Logical positions in the two streams, in bytes since the start of the workload. */
export interface OutputPositions {
  readonly stdout: number;
  readonly stderr: number;
}

/** A piece of one stream. `at` is above what was asked for where older bytes were dropped. */
export interface OutputPiece {
  readonly at: number;
  readonly base64: string;
  readonly bytes: number;
}

export interface OutputReply {
  readonly stdout: OutputPiece;
  readonly stderr: OutputPiece;
  /** The workload has ended and there is nothing after these pieces. */
  readonly complete: boolean;
}

/** What can be asked of a keeper, and what it answers. */
export interface KeeperVerbs {
  hello: { ask: { protocol: number }; reply: { protocol: number; pid: number } };
  start: { ask: Launch; reply: null };
  inspect: { ask: { id: WorkloadId }; reply: WorkloadStatus };
  stop: { ask: { id: WorkloadId; graceMs: number }; reply: null };
  list: { ask: null; reply: WorkloadStatus[] };
  /** Answers with the list; from then on this connection gets every event. */
  watch: { ask: null; reply: WorkloadStatus[] };
  /** With `wait`: answers when there is something after the positions, or the workload has ended. */
  output: { ask: { id: WorkloadId; from: OutputPositions; wait: boolean }; reply: OutputReply };
  /** Stops everything, answers, and ends the keeper. */
  shutdown: { ask: { graceMs: number }; reply: null };
}

export type Verb = keyof KeeperVerbs;

export type KeeperEvent = { type: 'changed'; workload: WorkloadStatus } | { type: 'removed'; id: WorkloadId };

export interface KeeperRequest {
  readonly call: number;
  readonly verb: Verb;
  readonly ask: unknown;
}

export type KeeperMessage =
  | { readonly call: number; readonly reply: unknown }
  | { readonly call: number; readonly error: { code: OrchestratorErrorCode; message: string } }
  | { readonly event: KeeperEvent };
