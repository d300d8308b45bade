import type { PlacementFilter } from './placement-filter.js';

/** Not asked of single nodes: names what a gang failed by in an explanation. */
export const gangFilter: PlacementFilter = {
  name: 'gang',
  applies: () => true,
  passes: () => true,
  explain: () => 'do not fit beside the rest of the gang',
};
