import type { PlacementScorer } from './placement-scorer.js';

/** Work without GPUs stays away from nodes with GPUs; its weight is more than all others together. */
export const keepGpusFreeScorer: PlacementScorer = {
  name: 'keep-gpus-free',
  weight: 'keepGpusFree',
  applies: ({ gpu }) => gpu === undefined,
  score: (_need, node) => (node.gpus.length > 0 ? -1 : 0),
};
