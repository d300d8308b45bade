import type { NodeDescription, OsFamily } from '@muster/contracts';

export type BackendName = NodeDescription['backend'];

/** The three ways of running something; a back end offers some of them. */
export type RunKind = 'command' | 'module' | 'image';

/** How a workload gets to its GPUs: told by environment variables only, or handed the device by the engine. */
export type GpuWay = 'environment' | 'device-request' | 'device-plugin' | 'resource-claim';

/** What a back end can do: facts, read before anything is asked of it, the same for its whole life. */
export interface Capabilities {
  readonly backend: BackendName;
  readonly runs: readonly RunKind[];
  /** Workloads cannot see or hurt each other or the host. Production refuses a back end that does not isolate. */
  readonly isolates: boolean;
  /** Workloads listen in a network of their own, and are reached through published ports or by their host name there. */
  readonly ownNetwork: boolean;
  /** Each workload has an address of its own, which its status tells; nothing is published, and any port may be listened on. */
  readonly ownAddress: boolean;
  /** It looks itself whether a program with a `probe` answers, and its status says so (`ready`). */
  readonly probes: boolean;
  /** Workloads see no files of the node but those that are mounted. */
  readonly ownFiles: boolean;
  readonly enforcesCpu: boolean;
  readonly enforcesMemory: boolean;
  readonly enforcesDisk: boolean;
  readonly boundsProcesses: boolean;
  /** A workload outlives a restart of our own process and is found again by `list`. */
  readonly survivesRestart: boolean;
  readonly followsLogs: boolean;
  /** A second stop with a shorter grace counts; otherwise the first grace is kept. */
  readonly shortensGrace: boolean;
  /** Output tells standard output from standard error; otherwise all of it is shown as standard output. */
  readonly separatesStreams: boolean;
  /** Output says where, and how much of it, was dropped; otherwise it just begins later. */
  readonly countsDroppedOutput: boolean;
  readonly osFamilies: readonly OsFamily[];
  readonly gpuWays: readonly GpuWay[];
  /** Ended workloads that stay visible to `inspect`, `list` and `logs`; beyond it, those that ended first are forgotten. */
  readonly endedKept: number;
  /** Sentences for people: what is missing here, for example on this operating system. */
  readonly limitations: readonly string[];
}
