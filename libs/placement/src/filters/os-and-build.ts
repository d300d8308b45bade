import { isBuild } from '../images.js';
import type { PlacementFilter } from './placement-filter.js';

/** A request without `os` goes wherever its worker type can run: see the image filter. */
export const osAndBuildFilter: PlacementFilter = {
  name: 'os-and-build',
  applies: ({ request }) => request.hardware.os !== undefined,
  passes({ request }, { node }) {
    const { os } = request.hardware;
    return (
      os === undefined || (os.family === node.os.family && (os.build === undefined || isBuild(node.os.build, os.build)))
    );
  },
  kind: ({ request }, { node }) => (request.hardware.os?.family === node.os.family ? 'build' : 'family'),
  explain: ({ request }, _nodes, kind) =>
    kind === 'build'
      ? `wrong OS build (need ${request.hardware.os?.build})`
      : `wrong OS (need ${request.hardware.os?.family})`,
};
