import { usedFraction } from './used-fraction.js';
import type { PlacementScorer } from './placement-scorer.js';

/** The emptier the node will be, the better: a lost node takes little with it. Few workloads count a little too. */
export const spreadScorer: PlacementScorer = {
  name: 'spread',
  weight: 'packing',
  applies: () => true,
  score(need, node, packing) {
    if (packing === 'bin-pack' || (packing === 'by-node' && node.gpus.length > 0)) return 0;
    return 0.8 * (1 - usedFraction(need, node)) + 0.2 / (1 + Math.max(0, node.workloads));
  },
};
