import { ImageUnavailable } from '../../contract/errors.js';
import type { ImagePlatform } from '../image-choice.js';

/** In the engine's words where they are unlike ours. */
export interface EnginePlatform extends ImagePlatform {
  readonly arch: string;
}

/** The registry of an image, as a client configuration names it. */
export function registryOf(reference: string): string {
  const [first = '', ...others] = reference.split('/');
  const isHost = others.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return isHost ? first : 'https://index.docker.io/v1/';
}

/** Throws `ImageUnavailable` if the image is for another system. */
export function checkPlatform(
  reference: string,
  { Os, Architecture }: { Os: string; Architecture: string },
  { os, arch }: EnginePlatform,
): void {
  if (Os === os && Architecture === arch) return;
  throw new ImageUnavailable(`${reference} is for ${Os}/${Architecture}; this node is ${os}/${arch}`);
}
