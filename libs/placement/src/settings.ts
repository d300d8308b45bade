import type { PlacementPolicy, ScoreWeights } from './placement-request.js';
import { defaultWeights, type Packing } from './scorers/index.js';

/** A policy with its defaults filled in. */
export interface Settings {
  readonly bestFew: number;
  readonly bestWithin: number;
  readonly scanAllUpTo: number;
  readonly sampleSize: number;
  readonly gangTries: number;
  readonly packing: Packing;
  readonly weights: ScoreWeights;
}

export function settingsOf(policy: PlacementPolicy): Settings {
  return {
    bestFew: Math.max(1, policy.bestFew ?? 3),
    bestWithin: policy.bestWithin ?? 0.1,
    scanAllUpTo: policy.scanAllUpTo ?? 64,
    sampleSize: Math.max(1, policy.sampleSize ?? 16),
    gangTries: policy.gangTries ?? 8,
    packing: policy.packing ?? 'by-node',
    weights: policy.weights === undefined ? defaultWeights : { ...defaultWeights, ...policy.weights },
  };
}
