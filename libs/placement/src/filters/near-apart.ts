import type { PlacementFilter } from './placement-filter.js';

export const nearApartFilter: PlacementFilter = {
  name: 'near-apart',
  applies: ({ nearNodes, apartNodes }) => nearNodes.length > 0 || apartNodes.length > 0,
  passes: ({ nearNodes, apartNodes }, { node }) =>
    nearNodes.every((id) => id === node.id) && !apartNodes.includes(node.id),
  kind: ({ apartNodes }, { node }) => (apartNodes.includes(node.id) ? 'apart' : 'near'),
  explain: ({ request }, _nodes, kind) =>
    kind === 'apart'
      ? 'host a worker that it must be apart from'
      : `not the node of ${(request.near ?? ['a worker that must be near']).join(', ')}`,
};
