import type { PlacementFilter } from './placement-filter.js';

export const workerTypeFilter: PlacementFilter = {
  name: 'worker-type',
  applies: () => true,
  passes: ({ request }, { node }) => node.workerTypes === undefined || node.workerTypes.includes(request.workerType),
  explain: ({ request }) => `not for worker type ${request.workerType}`,
};
