import type { OsFamily } from '@muster/contracts';
import { ImageUnavailable } from '../contract/errors.js';

/** The system for which an image is chosen. */
export interface ImagePlatform {
  readonly os: OsFamily;
  /** `10.0.20348`; containers of Windows fit one build only. */
  readonly build: string;
}

/** The image for this system: by family and build if there is one, else by family. Always with a tag or a digest. */
export function chooseImage(images: Readonly<Record<string, string>>, { os, build }: ImagePlatform): string {
  const image = images[`${os}-${build}`] ?? images[os];
  if (image !== undefined) return withTag(image);
  throw new ImageUnavailable(`there is an image for ${Object.keys(images).join(', ') || 'nothing'}, none for ${os}`);
}

/** Without one, the engine would fetch every tag there is. */
export function withTag(reference: string): string {
  const name = reference.slice(reference.lastIndexOf('/') + 1);
  return name.includes(':') || name.includes('@') ? reference : `${reference}:latest`;
}
