import type { HardwareBooking, WorkloadId } from '@muster/contracts';
import type { BackendName } from './capabilities.js';
import type { Ownership, WorkloadKind } from './ownership.js';

/** Names a workload towards its back end. A plain, versioned value that may be stored and outlives our restart. */
export interface WorkloadHandle {
  readonly version: 1;
  readonly backend: BackendName;
  readonly id: WorkloadId;
  /** The back end's own name for it (container id, pod uid), where the id alone does not say it. */
  readonly ref?: string;
}

/**
 * Why a workload ended. `exit`: by itself, with `code`; `signal`: killed by somebody, with `signal`; `out-of-memory`: over
 * its limit; `stopped`: we asked for it, however it then ended; `lost`: it is gone and nobody saw how.
 */
export type ExitReason = 'exit' | 'signal' | 'out-of-memory' | 'stopped' | 'lost';

export interface WorkloadExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly reason: ExitReason;
  /** The last output, at most 4 KiB: what to show a person who asks why. */
  readonly outputTail: string;
  /** ISO 8601, by the back end's clock. */
  readonly endedAt: string;
}

export type WorkloadState = 'starting' | 'running' | 'exited';

/** What a back end observes of one workload. `exit` is there if and only if the state is `exited`. */
export interface WorkloadStatus {
  readonly handle: WorkloadHandle;
  readonly id: WorkloadId;
  readonly kind: WorkloadKind;
  readonly ownership: Ownership;
  readonly booking: HardwareBooking;
  readonly state: WorkloadState;
  readonly exit?: WorkloadExit;
  /** ISO 8601, by the back end's clock. */
  readonly startedAt: string;
  /** Its own IP address, once it has one, where workloads have addresses of their own. */
  readonly address?: string;
  /** Of a workload with a `probe`, where the back end looks itself: whether it answers. */
  readonly ready?: boolean;
  /** Content address of the image it was started from (`sha256:...`), where it is one. */
  readonly imageDigest?: string;
  /** While it is `starting`: what is being done, for a person (`pulling muster/workers:1, 40 %`). */
  readonly progress?: string;
}
