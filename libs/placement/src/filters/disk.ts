import { best, bytesText } from './amounts.js';
import type { PlacementFilter } from './placement-filter.js';

export const diskFilter: PlacementFilter = {
  name: 'disk',
  applies: ({ amounts }) => amounts.diskBytes > 0,
  passes: ({ amounts }, { free }) => free.diskBytes >= amounts.diskBytes,
  explain: ({ amounts }, nodes) =>
    `lack ${bytesText(amounts.diskBytes)} disk (best has ${bytesText(best(nodes, ({ free }) => free.diskBytes))})`,
};
