import type { BookedNode } from '../booked-node.js';
import { usedFraction } from './used-fraction.js';
import type { PlacementScorer } from './placement-scorer.js';

/** The fuller the node will be, the better: large pieces stay free for large requests. */
export const binPackScorer: PlacementScorer = {
  name: 'bin-pack',
  weight: 'packing',
  applies: () => true,
  score(need, node, packing) {
    if (packing === 'spread' || (packing === 'by-node' && node.gpus.length === 0)) return 0;
    const used = usedFraction(need, node);
    return node.gpus.length === 0 ? used : (used + usedSlots(node)) / 2;
  },
};

function usedSlots({ gpus }: BookedNode): number {
  let free = 0;
  let all = 0;
  for (const gpu of gpus) {
    free += gpu.freeSlots;
    all += gpu.device.slots;
  }
  return Math.max(0, 1 - free / all);
}
