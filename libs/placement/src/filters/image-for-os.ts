import { imageForOs } from '../images.js';
import type { PlacementFilter } from './placement-filter.js';

/** Whether the worker type can run there at all: as a process, or from an image for that operating system. */
export const imageForOsFilter: PlacementFilter = {
  name: 'image-for-os',
  applies: () => true,
  passes({ request }, { node }) {
    if (node.backend === 'process') return request.runsAsProcess !== false;
    if (request.images === undefined) return request.runsAsProcess === undefined;
    return imageForOs(request.images, node.os) !== undefined;
  },
  kind: (_need, { node }) => (node.backend === 'process' ? 'process' : 'image'),
  explain({ request }, nodes, kind) {
    if (kind === 'process') return `run processes only (${request.workerType} has only images)`;
    const systems = new Set(nodes.map(({ node }) => [node.os.family, node.os.build].filter(Boolean).join(' ')));
    return `without an image of ${request.workerType} for ${[...systems].sort().join(', ')}`;
  },
};
