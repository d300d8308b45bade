import type { PlacementScorer } from './placement-scorer.js';

/** A node where this worker type failed lately comes later, but stays possible: it may be the only one. */
export const recentFailuresScorer: PlacementScorer = {
  name: 'recent-failures',
  weight: 'recentFailures',
  applies: () => true,
  score({ request }, { recentFailures }) {
    const failures = recentFailures?.[request.workerType] ?? 0;
    return failures > 0 ? -failures / (1 + failures) : 0;
  },
};
