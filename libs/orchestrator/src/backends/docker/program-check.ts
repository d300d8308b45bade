import { posix } from 'node:path';
import { InvalidSpec } from '../../contract/errors.js';
import type { ContainerImage } from './container-spec.js';
import type { ContainerSpec, DockerApi } from './docker-api.js';

/** Answers are remembered by image, since it never changes; to look costs the engine a mount of all its files. */
const rememberedPrograms = 1000;
const enginePath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Looks whether the program of a container is there, before it is started: the engine's first process runs in any case, and
 * would show a missing program only as an exit. An image's own entry point is believed, and so is a relative path.
 */
export class ProgramCheck {
  private readonly looks = new Map<string, Promise<boolean>>();

  constructor(private readonly api: DockerApi) {}

  /** Throws `InvalidSpec` if it is not there. */
  async check(containerId: string, spec: ContainerSpec, image: ContainerImage): Promise<void> {
    const program = spec.Cmd?.[0];
    if (program === undefined || image.hasEntryPoint) return;
    const places = placesOf(program, pathOf(spec.Env) ?? image.path ?? enginePath);
    const key = [image.id, ...places].join('\n');
    if (places.length === 0) return;
    const look = this.looks.get(key) ?? this.look(key, containerId, places);
    if (!(await look)) throw new InvalidSpec(`there is no program ${program} in the image ${spec.Image}`);
  }

  /** Once for all that ask at the same time; only what was found is remembered. */
  private look(key: string, containerId: string, places: readonly string[]): Promise<boolean> {
    if (this.looks.size >= rememberedPrograms) this.looks.clear();
    const look = this.isInOneOf(containerId, places);
    this.looks.set(key, look);
    const forget = (): boolean => this.looks.delete(key);
    look.then((isThere) => isThere || forget(), forget);
    return look;
  }

  private async isInOneOf(containerId: string, places: readonly string[]): Promise<boolean> {
    for (const place of places) if (await this.api.hasFile(containerId, place)) return true;
    // Of a container that was removed meanwhile, the engine answers the same: then nothing is known.
    await this.api.inspect(containerId);
    return false;
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
