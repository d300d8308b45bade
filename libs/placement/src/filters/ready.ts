import type { PlacementFilter } from './placement-filter.js';

export const readyFilter: PlacementFilter = {
  name: 'ready',
  applies: () => true,
  passes: (_need, node) => node.state === 'ready' && node.pressure === undefined,
  kind: (_need, node) => (node.state === 'ready' ? `under pressure (${node.pressure})` : node.state),
  explain: (_need, _nodes, kind) => kind,
};
