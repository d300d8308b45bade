import type { NodeDescription } from '@muster/contracts';
import type { Capabilities } from './capabilities.js';
import type { ObservedNode } from './observed-node.js';
import type { LogLine, LogOptions } from './logs.js';
import type { OwnershipFilter } from './ownership.js';
import type { WorkloadEvent } from './workload-event.js';
import type { WorkloadSpec } from './workload-spec.js';
import type { WorkloadHandle, WorkloadStatus } from './workload-status.js';

/**
 * Starts, stops and watches workloads, and hides how. It decides nothing, retries nothing and books nothing. Every method
 * may be called at any time, at once with any other, and throws an `OrchestratorError` and nothing else; only where a
 * signal aborts does the caller's own reason come back.
 */
export interface OrchestratorBackend {
  readonly capabilities: Capabilities;

  /** The hardware the back end can see now. Repeatable; changes nothing. */
  nodes(): Promise<NodeDescription[]>;

  /**
   * Yields all nodes that are seen now, then all of them again whenever what is seen of one changes. A lost connection is taken
   * up again. Ends without an error when the signal aborts. A slow reader misses steps in between, never the newest.
   */
  watchNodes(signal: AbortSignal): AsyncIterable<readonly ObservedNode[]>;

  /**
   * Resolves when the workload's program has been started, which says nothing about its readiness. Twice with one id, at
   * once or after our restart, is one workload and the same handle, even if it has exited by itself meanwhile. After
   * `stop` the id is used up: `InvalidSpec`. When the signal aborts, nothing is left running, and the id may be used up.
   */
  start(spec: WorkloadSpec, signal: AbortSignal): Promise<WorkloadHandle>;

  /** The state now. `WorkloadNotFound` if it was never started or is forgotten. */
  inspect(handle: WorkloadHandle): Promise<WorkloadStatus>;

  /**
   * Ends the workload and all its processes: politely, after `graceMs` by force. Resolves when it has ended. Of something
   * that has ended, is unknown or was never started: succeeds. It uses up the id, so a late start cannot revive it.
   * Where the capabilities say so, a second stop may shorten the grace of the first.
   */
  stop(handle: WorkloadHandle, options: { graceMs: number }): Promise<void>;

  /** Everything of that ownership, also what was started before our restart, and the ended that are still kept. */
  list(filter: OwnershipFilter): Promise<WorkloadStatus[]>;

  /**
   * Yields `synced`, then changes as they happen, for ever: a lost connection is taken up again and shows as another
   * `synced`. Ends without an error when the signal aborts. A slow reader misses steps in between, never the newest.
   */
  watch(filter: OwnershipFilter, signal: AbortSignal): AsyncIterable<WorkloadEvent>;

  /** What the workload printed, also after its end while it is kept. Ends without an error when the signal aborts. */
  logs(handle: WorkloadHandle, options: LogOptions, signal: AbortSignal): AsyncIterable<LogLine>;
}

/** A back end as the catalogue opens it, with the verb for its own end. */
export interface OpenedBackend extends OrchestratorBackend {
  /**
   * Lets go of connections. `leave`: workloads go on and are found again by the next start. `end`: they are stopped, with
   * the grace, and nothing of the back end stays. Repeatable; afterwards every method throws `BackendUnavailable`.
   */
  close(options: { workloads: 'leave' | 'end'; graceMs: number }): Promise<void>;
}
