import type { BookedNode } from '../booked-node.js';
import type { Need } from '../need.js';
import type { ScoreWeights } from '../placement-request.js';

/** One reason to prefer a node among those that fit. Holds no state between calls. */
export interface PlacementScorer {
  /** As it appears in the parts of a score. */
  readonly name: string;
  readonly weight: keyof ScoreWeights;
  /** Whether it can make a difference for this request; if not, it is left out. */
  applies(need: Need): boolean;
  /** 0 to 1, or -1 to 0 for what makes a node worse; before weighting. */
  score(need: Need, node: BookedNode, packing: Packing): number;
}

/** `by-node`: `bin-pack` on nodes with GPUs, `spread` on the others. */
export type Packing = 'bin-pack' | 'spread' | 'by-node';
