import { posix } from 'node:path';
import { InvalidSpec } from '../../contract/errors.js';
import type { ContainerImage } from './container-spec.js';
import type { ContainerSpec, DockerApi } from './docker-api.js';

/** Found ones are remembered by image: it never changes. */
const rememberedPrograms = 1000;
const enginePath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Looks whether the program of a container is there, before it is started: the engine's first process runs in any case, and
 * would show a missing program only as an exit. An image's own entry point is believed, and so is a relative path.
 */
export class ProgramCheck {
  private readonly found = new Set<string>();

  constructor(private readonly api: DockerApi) {}

  /** Throws `InvalidSpec` if it is not there. */
  async check(containerId: string, spec: ContainerSpec, image: ContainerImage): Promise<void> {
    const program = spec.Cmd?.[0];
    if (program === undefined || image.hasEntryPoint) return;
    const places = placesOf(program, pathOf(spec.Env) ?? image.path ?? enginePath);
    const key = [image.id, ...places].join('\n');
    if (places.length === 0 || this.found.has(key)) return;
    for (const place of places) if (await this.api.hasFile(containerId, place)) return this.remember(key);
    throw new InvalidSpec(`there is no program ${program} in the image ${spec.Image}`);
  }

  private remember(key: string): void {
    if (this.found.size >= rememberedPrograms) this.found.clear();
    this.found.add(key);
  }
}

function placesOf(program: string, path: string): string[] {
  if (program.startsWith('/')) return [program];
  if (program.includes('/')) return [];
  return path.split(':').map((folder) => posix.join(folder, program));
}

export function pathOf(env: readonly string[] | null | undefined): string | undefined {
  return env?.find((each) => each.startsWith('PATH='))?.slice('PATH='.length);
}
