import { hasGpus } from '../gpu-fit.js';
import type { PlacementScorer } from './placement-scorer.js';

export const optionalGpuScorer: PlacementScorer = {
  name: 'optional-gpu',
  weight: 'optionalGpu',
  applies: ({ gpu }) => gpu?.optional === true,
  score: ({ gpu }, node) => (gpu !== undefined && hasGpus(gpu, node) ? 1 : 0),
};
