import { best, bytesText } from './amounts.js';
import type { PlacementFilter } from './placement-filter.js';

export const memoryFilter: PlacementFilter = {
  name: 'memory',
  applies: ({ amounts }) => amounts.memoryBytes > 0,
  passes: ({ amounts }, { free }) => free.memoryBytes >= amounts.memoryBytes,
  explain: ({ amounts }, nodes) =>
    `lack ${bytesText(amounts.memoryBytes)} memory (best has ${bytesText(best(nodes, ({ free }) => free.memoryBytes))})`,
};
