import type { PlacementFilter } from './placement-filter.js';

export const archFilter: PlacementFilter = {
  name: 'arch',
  applies: ({ request }) => request.hardware.arch !== undefined,
  passes: ({ request }, { node }) => node.arch === request.hardware.arch,
  explain: ({ request }) => `wrong architecture (need ${request.hardware.arch})`,
};
