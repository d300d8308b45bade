import type { BookedNode } from '../booked-node.js';
import type { Need } from '../need.js';
import { archFilter } from './arch.js';
import { cpuFilter } from './cpu.js';
import { diskFilter } from './disk.js';
import { excludedFilter } from './excluded.js';
import { gpuFilter } from './gpu.js';
import { imageForOsFilter } from './image-for-os.js';
import { labelsFilter } from './labels.js';
import { memoryFilter } from './memory.js';
import { nearApartFilter } from './near-apart.js';
import { osAndBuildFilter } from './os-and-build.js';
import type { PlacementFilter } from './placement-filter.js';
import { poolFilter } from './pool.js';
import { portsFilter } from './ports.js';
import { readyFilter } from './ready.js';
import { workerTypeFilter } from './worker-type.js';

export type { PlacementFilter } from './placement-filter.js';

/** What one node has too little of: the rule of {@link bookHardware}. */
export const amountFilters: readonly PlacementFilter[] = [cpuFilter, memoryFilter, diskFilter, portsFilter, gpuFilter];

/**
 * In the order in which a node is asked, so that an explanation counts it under what it lacks most basically:
 * what it is, then whether it takes work now, then what it has left.
 */
export const allFilters: readonly PlacementFilter[] = [
  poolFilter,
  labelsFilter,
  osAndBuildFilter,
  archFilter,
  workerTypeFilter,
  imageForOsFilter,
  readyFilter,
  excludedFilter,
  ...amountFilters,
  nearApartFilter,
];

/** The first of `filters` that the node fails, or undefined when it fits. */
export function firstFailed(
  filters: readonly PlacementFilter[],
  need: Need,
  node: BookedNode,
): PlacementFilter | undefined {
  for (const filter of filters) if (!filter.passes(need, node)) return filter;
  return undefined;
}
