import type { PlacementFilter } from './placement-filter.js';

export const poolFilter: PlacementFilter = {
  name: 'pool',
  applies: ({ request }) => request.hardware.pool !== undefined,
  passes: ({ request }, { node }) => node.pools.includes(request.hardware.pool ?? ''),
  explain: ({ request }) => `not in pool ${request.hardware.pool}`,
};
