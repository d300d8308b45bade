import type { PlacementFilter } from './placement-filter.js';

export const excludedFilter: PlacementFilter = {
  name: 'excluded',
  applies: ({ excludeNodes }) => excludeNodes.length > 0,
  passes: ({ excludeNodes }, { node }) => !excludeNodes.includes(node.id),
  explain: () => 'refused it just now',
};
