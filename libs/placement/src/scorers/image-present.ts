import { imageForOs } from '../images.js';
import type { PlacementScorer } from './placement-scorer.js';

/** A node that need not pull the image starts the worker sooner. */
export const imagePresentScorer: PlacementScorer = {
  name: 'image-present',
  weight: 'imagePresent',
  applies: ({ request }) => request.images !== undefined,
  score({ request }, { node }) {
    if (node.backend === 'process' || request.images === undefined || node.images.length === 0) return 0;
    const image = imageForOs(request.images, node.os);
    return image !== undefined && node.images.includes(image) ? 1 : 0;
  },
};
