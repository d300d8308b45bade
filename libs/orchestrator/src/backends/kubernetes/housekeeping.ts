import type { WorkloadId } from '@muster/contracts';
import type { WorkloadStatus } from '../../contract/workload-status.js';
import type { IdFile } from '../id-file.js';
import type { PodBook } from './pod-book.js';
import type { PodRemoval } from './pod-removal.js';

export interface HousekeepingParts {
  readonly book: PodBook;
  readonly removal: PodRemoval;
  readonly usedUp: IdFile;
  readonly stopped: Pick<IdFile, 'has'>;
  /** Whether a start of this id is going on. */
  readonly isStarting: (id: WorkloadId) => boolean;
  readonly endedKept: number;
}

/** Removes what has had its time: the oldest ended pods beyond a bound, half-made ones, and those whose id must not run. */
export class Housekeeping {
  private timer: NodeJS.Timeout | undefined;
  private going: Promise<void> = Promise.resolve();
  private halfMade: ReadonlySet<WorkloadId> = new Set();

  constructor(private readonly parts: HousekeepingParts) {}

  start(everyMs: number): void {
    this.timer = setInterval(() => {
      // The next run finds what this one could not do.
      this.going = this.run().catch(() => {});
    }, everyMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.going;
  }

  private async run(): Promise<void> {
    const workloads = await this.parts.book.list();
    const halfMade = workloads.filter((each) => this.isHalfMade(each));
    // Whoever asked for it may be about to ask again: it has time until the next run.
    for (const { id } of halfMade) if (this.halfMade.has(id)) await this.remove(id);
    this.halfMade = new Set(halfMade.map(({ id }) => id));
    for (const { id } of this.surplus(workloads)) {
      // A late start must not run it a second time.
      this.parts.usedUp.add(id);
      await this.remove(id);
    }
  }

  /** Its start never got an answer, or was given up while the cluster did not answer. */
  private isHalfMade({ id, state }: WorkloadStatus): boolean {
    const { isStarting, usedUp, stopped } = this.parts;
    if (isStarting(id) || state === 'exited') return false;
    return state === 'starting' || (usedUp.has(id) && !stopped.has(id));
  }

  private surplus(workloads: readonly WorkloadStatus[]): WorkloadStatus[] {
    const ended = workloads.filter(({ state }) => state === 'exited');
    const newestFirst = ended.sort((a, b) => (b.exit?.endedAt ?? '').localeCompare(a.exit?.endedAt ?? ''));
    return newestFirst.slice(this.parts.endedKept);
  }

  private async remove(id: WorkloadId): Promise<void> {
    const { book, removal } = this.parts;
    const pod = book.find(id);
    if (pod === undefined) book.forget(id);
    else await removal.discard(pod);
  }
}
