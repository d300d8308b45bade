import type { OsRequest } from '@muster/contracts';
import type { ImagesByOs } from './placement-request.js';

/** Whether a node of build `actual` counts as `wanted`: equal, or a patch level of it (10.0.20348.2113 is 10.0.20348). */
export function isBuild(actual: string | undefined, wanted: string): boolean {
  return actual === wanted || (actual?.startsWith(`${wanted}.`) ?? false);
}

/** The image for a node's operating system: the one of its build if there is one, else the one of its family. */
export function imageForOs(images: ImagesByOs, os: OsRequest): string | undefined {
  for (const name of Object.keys(images)) {
    const dash = name.indexOf('-');
    if (dash > 0 && name.slice(0, dash) === os.family && isBuild(os.build, name.slice(dash + 1))) return images[name];
  }
  return Object.hasOwn(images, os.family) ? images[os.family] : undefined;
}
