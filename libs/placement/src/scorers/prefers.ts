import type { PlacementScorer } from './placement-scorer.js';

/** The part of the preferred labels that the node has. */
export const prefersScorer: PlacementScorer = {
  name: 'prefers',
  weight: 'prefers',
  applies: ({ prefers }) => prefers.length > 0,
  score: ({ prefers }, { node }) =>
    prefers.filter(([name, value]) => node.labels[name] === value).length / prefers.length,
};
