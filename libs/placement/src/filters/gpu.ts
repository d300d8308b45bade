import type { BookedNode } from '../booked-node.js';
import { countGpus, type GpuMisfit, gpuMisfit, gpuMisfits, hasGpus, usableMemory } from '../gpu-fit.js';
import type { GpuNeed } from '../need.js';
import { best, bytesText } from './amounts.js';
import type { PlacementFilter } from './placement-filter.js';

/** An optional GPU never keeps a node out; scorers prefer the nodes that have it. */
export const gpuFilter: PlacementFilter = {
  name: 'gpu',
  applies: ({ gpu }) => gpu !== undefined && !gpu.optional,
  passes: ({ gpu }, node) => gpu === undefined || hasGpus(gpu, node),
  kind: ({ gpu }, node) => (gpu === undefined || node.gpus.length === 0 ? 'none' : lastMisfit(gpu, node)),
  explain: ({ gpu }, nodes, kind) => (gpu === undefined ? '' : texts[kind as Kind](gpu, nodes)),
};

type Kind = 'none' | 'few' | GpuMisfit;

const texts: Record<Kind, (need: GpuNeed, nodes: readonly BookedNode[]) => string> = {
  none: () => 'without a GPU',
  few: (need, nodes) =>
    `have too few GPUs (need ${need.cards}, best has ${best(nodes, (node) => countGpus(need, node))})`,
  model: (need) => `without a GPU of model ${need.model}`,
  sharing: (need) => (need.whole ? 'give no whole GPU' : `give no share of ${need.share} of a GPU`),
  memory: (need, nodes) =>
    `lack ${bytesText(need.memoryBytes)} GPU memory (best has ${bytesText(best(nodes, mostMemory(need)))})`,
  busy: (need, nodes) =>
    need.whole
      ? `lack ${need.cards} free GPU${need.cards > 1 ? 's' : ''} (best has ${best(nodes, (node) => countGpus(need, node))})`
      : `lack a free share of ${need.share} of a GPU`,
};

/** What the card that came closest lacks; `few` when the cards that the request wants are there, but not enough of them. */
function lastMisfit(need: GpuNeed, node: BookedNode): Kind {
  let last = -1;
  for (const gpu of node.gpus) {
    const misfit = gpuMisfit(need, gpu);
    if (misfit !== undefined) last = Math.max(last, gpuMisfits.indexOf(misfit));
  }
  const misfit = gpuMisfits[last];
  return misfit === undefined || (misfit !== 'busy' && countGpus(need, node) > 0) ? 'few' : misfit;
}

function mostMemory(need: GpuNeed): (node: BookedNode) => number {
  return ({ gpus }) => gpus.reduce((most, gpu) => Math.max(most, usableMemory(need, gpu)), 0);
}
