import type { BookedNode } from '../booked-node.js';
import type { Need } from '../need.js';
import type { ScoreWeights } from '../placement-request.js';
import { binPackScorer } from './bin-pack.js';
import { imagePresentScorer } from './image-present.js';
import { keepGpusFreeScorer } from './keep-gpus-free.js';
import { optionalGpuScorer } from './optional-gpu.js';
import type { Packing, PlacementScorer } from './placement-scorer.js';
import { prefersScorer } from './prefers.js';
import { recentFailuresScorer } from './recent-failures.js';
import { spreadScorer } from './spread.js';

export type { Packing, PlacementScorer } from './placement-scorer.js';

export const allScorers: readonly PlacementScorer[] = [
  binPackScorer,
  spreadScorer,
  keepGpusFreeScorer,
  optionalGpuScorer,
  imagePresentScorer,
  prefersScorer,
  recentFailuresScorer,
];

export const defaultWeights: ScoreWeights = {
  packing: 1,
  keepGpusFree: 10,
  optionalGpu: 5,
  imagePresent: 0.5,
  prefers: 1,
  recentFailures: 2,
};

/** How one request judges nodes. */
export interface Scoring {
  readonly scorers: readonly PlacementScorer[];
  readonly weights: ScoreWeights;
  readonly packing: Packing;
}

export function scoreOf({ scorers, weights, packing }: Scoring, need: Need, node: BookedNode): number {
  let sum = 0;
  for (const scorer of scorers) sum += weights[scorer.weight] * scorer.score(need, node, packing);
  return sum;
}

/** The same, by scorer; those that add nothing are left out. */
export function scoreParts(
  { scorers, weights, packing }: Scoring,
  need: Need,
  node: BookedNode,
): Record<string, number> {
  const parts: Record<string, number> = {};
  for (const scorer of scorers) {
    const part = weights[scorer.weight] * scorer.score(need, node, packing);
    if (part !== 0) parts[scorer.name] = part;
  }
  return parts;
}
