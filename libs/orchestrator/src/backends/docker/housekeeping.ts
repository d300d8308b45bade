import type { SessionId, WorkloadId } from '@muster/contracts';
import type { WorkloadStatus } from '../../contract/workload-status.js';
import type { IdFile } from '../id-file.js';
import type { Images } from './images.js';
import type { SessionNetworks } from './session-networks.js';
import type { WorkloadBook } from './workload-book.js';

export interface HousekeepingParts {
  readonly book: WorkloadBook;
  readonly images: Images;
  readonly networks: SessionNetworks;
  readonly usedUp: IdFile;
  /** Whether a start of this id is going on. */
  readonly isStarting: (id: WorkloadId) => boolean;
  readonly endedKept: number;
  readonly imageKeepMs: number;
}

/** Removes what has had its time: the oldest ended containers beyond a bound, half-made ones, networks and images nobody uses. */
export class Housekeeping {
  private timer: NodeJS.Timeout | undefined;
  private going: Promise<void> = Promise.resolve();

  constructor(private readonly parts: HousekeepingParts) {}

  start(everyMs: number): void {
    this.timer = setInterval(() => {
      this.going = this.quietly();
    }, everyMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.going;
  }

  async run(): Promise<void> {
    const { book, images, networks, imageKeepMs } = this.parts;
    const workloads = await book.list();
    for (const { id } of workloads.filter((each) => this.isHalfMade(each))) await this.remove(id);
    for (const { id } of this.surplus(workloads)) {
      // A late start must not run it a second time.
      this.parts.usedUp.add(id);
      await this.remove(id);
    }
    await networks.removeUnused(runningSessions(workloads));
    await images.removeUnused(Date.now() - imageKeepMs);
  }

  /** The next run finds what this one could not do. */
  private async quietly(): Promise<void> {
    await this.run().catch(() => {});
  }

  /** Whoever asked for this start never got an answer, and asks again. */
  private isHalfMade({ id, state }: WorkloadStatus): boolean {
    return state === 'starting' && !this.parts.isStarting(id);
  }

  private surplus(workloads: readonly WorkloadStatus[]): WorkloadStatus[] {
    const ended = workloads.filter(({ state }) => state === 'exited');
    const newestFirst = ended.sort((a, b) => (b.exit?.endedAt ?? '').localeCompare(a.exit?.endedAt ?? ''));
    return newestFirst.slice(this.parts.endedKept);
  }

  private async remove(id: WorkloadId): Promise<void> {
    const container = await this.parts.book.find(id);
    if (container) await this.parts.book.discard(container.Id);
  }
}

function runningSessions(workloads: readonly WorkloadStatus[]): Set<SessionId> {
  return new Set(workloads.flatMap(({ state, ownership }) => (state === 'exited' ? [] : (ownership.sessionId ?? []))));
}
