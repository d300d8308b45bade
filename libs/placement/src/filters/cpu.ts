import { best } from './amounts.js';
import type { PlacementFilter } from './placement-filter.js';

export const cpuFilter: PlacementFilter = {
  name: 'cpu',
  applies: ({ amounts }) => amounts.cpuMillis > 0,
  passes: ({ amounts }, { free }) => free.cpuMillis >= amounts.cpuMillis,
  explain: ({ amounts }, nodes) =>
    `lack ${amounts.cpuMillis / 1000} CPU (best has ${best(nodes, ({ free }) => free.cpuMillis) / 1000})`,
};
