import type { OsFamily } from '@muster/contracts';
import { ImageUnavailable } from '../../contract/errors.js';

/** The system for which an image is chosen, in the engine's words where they are unlike ours. */
export interface EnginePlatform {
  readonly os: OsFamily;
  /** `10.0.20348`; containers of Windows fit one build only. */
  readonly build: string;
  readonly arch: string;
}

/** The image for this system: by family and build if there is one, else by family. Always with a tag or a digest. */
export function chooseImage(images: Readonly<Record<string, string>>, { os, build }: EnginePlatform): string {
  const image = images[`${os}-${build}`] ?? images[os];
  if (image !== undefined) return withTag(image);
  throw new ImageUnavailable(`there is an image for ${Object.keys(images).join(', ') || 'nothing'}, none for ${os}`);
}

/** Without one, the engine would fetch every tag there is. */
export function withTag(reference: string): string {
  const name = reference.slice(reference.lastIndexOf('/') + 1);
  return name.includes(':') || name.includes('@') ? reference : `${reference}:latest`;
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
