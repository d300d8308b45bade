import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DockerHost } from '@muster/directory';
import type { Host } from '@muster/hosting';
import type { OpenedBackend } from '@muster/orchestrator';
import { Periodic } from '@muster/platform';
import { openEngine, type EnginePlace } from './docker-hosts.js';

const tryAgainMs = 10_000;
const placeFile = 'place.json';

export interface FormerHostsParts {
  host: Host;
  graceMs: number;
  onError: (error: unknown) => void;
}

/**
 * Stops what runs on engines that are not in the hosts file any more. An orderly stop leaves nothing there; a crash does,
 * when the file is changed before the next start.
 */
export class FormerHosts {
  private readonly folder: string;
  private readonly rounds: Periodic;
  private former: EnginePlace[] = [];

  constructor(private readonly parts: FormerHostsParts) {
    const { clock, random } = parts.host.runtime;
    this.folder = join(parts.host.dataDir, 'engines');
    this.rounds = new Periodic({
      name: 'former hosts',
      periodMs: tryAgainMs,
      run: () => this.leaveAll(),
      onError: parts.onError,
      clock,
      random,
    });
  }

  /** Remembers those that there are, leaves the others as soon as their engines answer. */
  async start(hosts: readonly DockerHost[]): Promise<void> {
    this.former = (await this.remembered()).filter(({ name }) => hosts.every((each) => each.name !== name));
    for (const { name, engine, tlsFolder } of hosts) {
      await mkdir(join(this.folder, name), { recursive: true, mode: 0o700 });
      await writeFile(join(this.folder, name, placeFile), JSON.stringify({ name, engine, tlsFolder }));
    }
    if (this.former.length > 0) this.rounds.start();
  }

  stop(): Promise<void> {
    return this.rounds.stop();
  }

  private async leaveAll(): Promise<void> {
    for (const place of this.former) {
      try {
        await this.leave(place);
        this.former = this.former.filter((each) => each !== place);
      } catch (error) {
        this.parts.onError(error);
      }
    }
  }

  private async leave(place: EnginePlace): Promise<void> {
    const backend: OpenedBackend = await openEngine(place, this.parts.host);
    await backend.close({ workloads: 'end', graceMs: this.parts.graceMs });
    await rm(join(this.folder, place.name), { recursive: true, force: true });
  }

  private async remembered(): Promise<EnginePlace[]> {
    const names = await readdir(this.folder).catch(() => []);
    const read = names.map(async (name) => {
      try {
        return [JSON.parse(await readFile(join(this.folder, name, placeFile), 'utf8')) as EnginePlace];
      } catch {
        // Half-written when we were killed: nothing was launched there yet.
        return [];
      }
    });
    return (await Promise.all(read)).flat();
  }
}
