import type { HardwareRequest } from '@muster/contracts';
import type { PlannedBooking } from './booked-node.js';

/** Image names by `linux`, `windows`, `macos`, or by family and build: `windows-10.0.20348`. */
export type ImagesByOs = Readonly<Record<string, string>>;

/** One workload that needs a node. Several that are asked for together are a gang: all of them or none. */
export interface PlacementRequest {
  /** Unique among the requests and `peers`, for example the worker's id. */
  readonly key: string;
  readonly workerType: string;
  readonly hardware: HardwareRequest;
  /** The worker type's images; absent: it has none. */
  readonly images?: ImagesByOs;
  /** False for a worker type that has only images. With neither this nor images, nothing is asked of how a node runs things. */
  readonly runsAsProcess?: boolean;
  /** Keys of others of this gang or of `peers` that must be on the same node. Others are ignored. */
  readonly near?: readonly string[];
  /** Keys of others of this gang or of `peers` that must be on another node. Others are ignored. */
  readonly apart?: readonly string[];
  /** Workers of the same session that have a node already: key -> node id. */
  readonly peers?: Readonly<Record<string, string>>;
  /** Ids of nodes that have just refused it. */
  readonly excludeNodes?: readonly string[];
}

/** How much each scorer counts; 0 turns one off. */
export interface ScoreWeights {
  readonly packing: number;
  readonly keepGpusFree: number;
  readonly optionalGpu: number;
  readonly imagePresent: number;
  readonly prefers: number;
  readonly recentFailures: number;
}

export interface PlacementPolicy {
  /** Decides every random choice: the same book, requests, policy and seed give the same plan. Any integer. */
  readonly seed: number;
  /** False while some nodes have not reported yet: no verdict `never`. Absent = true. */
  readonly bookSettled?: boolean;
  /** True, or the pools that can get new nodes: no verdict `never` for requests that a new node might host. */
  readonly canGrowPools?: boolean | readonly string[];
  /** The node is chosen by chance among this many of the best ... */
  readonly bestFew?: number;
  /** ... whose score is at most this far below the best one. */
  readonly bestWithin?: number;
  /** Books of more nodes than this are sampled. */
  readonly scanAllUpTo?: number;
  /** How many fitting nodes are compared when sampling. */
  readonly sampleSize?: number;
  /** How often a gang is tried in another order before it is refused. */
  readonly gangTries?: number;
  /** Absent: `bin-pack` on nodes with GPUs, `spread` on the others. */
  readonly packing?: 'bin-pack' | 'spread';
  readonly weights?: Partial<ScoreWeights>;
}

export interface Placement {
  readonly key: string;
  readonly nodeId: string;
  readonly score: number;
  /** What each scorer added; their sum is `score`. */
  readonly parts: Readonly<Record<string, number>>;
  readonly booking: PlannedBooking;
}

/** Why some nodes do not fit. A node is counted once, under the first filter that it fails. */
export interface PlacementReason {
  readonly filter: string;
  readonly count: number;
  /** Follows the number, for example `lack 2 GiB GPU memory (best has 1.5 GiB)`. */
  readonly text: string;
  /** The first few node names. */
  readonly nodes: readonly string[];
}

export interface PlacementExplanation {
  /** For people: `12 nodes: 7 lack 2 GiB GPU memory (best has 1.5 GiB), 3 wrong OS build (need 10.0.20348), 2 draining`. */
  readonly summary: string;
  /** Key of the request that has no place. */
  readonly request: string;
  /** Size of the book = `fitting` + the counts of all reasons. */
  readonly nodes: number;
  /** 0 in a rejection. */
  readonly fitting: number;
  readonly reasons: readonly PlacementReason[];
}

/** `later`: a node that is busy, draining or down, or a new one, may host it some time. `never`: no known node could, even empty. */
export interface PlacementRejection {
  readonly verdict: 'later' | 'never';
  readonly explanation: PlacementExplanation;
}

export interface PlacementSuccess {
  readonly verdict: 'now';
  /** One for each request, in the order of the requests. */
  readonly placements: readonly Placement[];
}

export type PlacementPlan = PlacementSuccess | PlacementRejection;
