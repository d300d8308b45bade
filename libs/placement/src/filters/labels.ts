import type { PlacementFilter } from './placement-filter.js';

export const labelsFilter: PlacementFilter = {
  name: 'labels',
  applies: ({ labels }) => labels.length > 0,
  passes: ({ labels }, { node }) => labels.every(([name, value]) => node.labels[name] === value),
  explain({ labels }, nodes) {
    const missing = labels.filter(([name, value]) => nodes.some(({ node }) => node.labels[name] !== value));
    return `without label ${missing.map(([name, value]) => `${name}=${value}`).join(', ')}`;
  },
};
