import type { InstallationId } from '@muster/contracts';
import type { NodeOptions } from '../describe-node.js';
import type { EngineAddress } from './engine-address.js';
import type { SubnetPool } from './subnet-choice.js';

/** When an image is fetched from its registry: if it is not there, before every start, or not at all. */
export type PullPolicy = 'missing' | 'always' | 'never';

/** How the `docker` back end of one node is opened. One engine may serve several nodes and installations. */
export interface DockerBackendOptions extends NodeOptions {
  /** Absolute; belongs to this back end alone. */
  readonly stateDir: string;
  /** With `nodeId`, the owner of all that is started here: what others own on this engine is never touched. */
  readonly installationId: InstallationId;
  readonly engine: EngineAddress;
  /** A YAML or JSON file that declares this node's hardware, instead of what is found (see `DeclaredNode`). */
  readonly nodeFile?: string;
  /** Size of the configured range of worker ports. Default 0. */
  readonly portCount?: number;
  /** Name of an existing network for all workloads. Default: the engine's own bridge. */
  readonly network?: string;
  /** The workloads of each session get a network of their own instead, on engines with Linux. Default: they do not. */
  readonly sessionNetworks?: SubnetPool;
  /** Default `missing`. */
  readonly pull?: PullPolicy;
  /** A Docker client configuration (`config.json`) with credentials of registries. */
  readonly dockerConfigFile?: string;
  /** Images that were pulled here are removed when no workload has used them for so long. Default 7 days. */
  readonly imageKeepMs?: number;
  /** Default 100. */
  readonly endedKept?: number;
  /** `uid:gid` of workloads whose image would run as root. Default 65532:65532. */
  readonly defaultUser?: string;
  /** Bound on the processes of workloads whose spec has none. Default 512. */
  readonly pidsLimit?: number;
  /** Size of scratch space where a spec has none, and of /tmp. Default 64 MiB. */
  readonly scratchBytes?: number;
  /** Time between two looks for what can be removed. Default 30,000. */
  readonly housekeepingMs?: number;
}

export const dockerDefaults = {
  pull: 'missing',
  imageKeepMs: 7 * 24 * 3_600_000,
  endedKept: 100,
  defaultUser: '65532:65532',
  pidsLimit: 512,
  scratchBytes: 64 * 1024 ** 2,
  housekeepingMs: 30_000,
} as const;
