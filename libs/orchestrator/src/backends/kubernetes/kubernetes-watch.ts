import type { EventBuffer } from '../../contract/event-buffer.js';
import { isOwnedBy, type OwnershipFilter } from '../../contract/ownership.js';
import type { WorkloadEvent } from '../../contract/workload-event.js';
import type { WorkloadStatus } from '../../contract/workload-status.js';
import { Bell } from '../bell.js';
import { watchAgain } from '../watch-again.js';
import { differences } from '../workload-differences.js';
import type { PodBook } from './pod-book.js';
import type { PodFeed } from './pod-feed.js';

/** Nothing is missed between two rings; this only bounds what a mistake could cost. */
const lookAgainMs = 60_000;

export interface WatchedPods {
  readonly feed: PodFeed;
  readonly book: PodBook;
}

/** `watch` for one more reader: all share the one connection by which the book is kept. */
export function watchPods(
  pods: WatchedPods,
  filter: OwnershipFilter,
  signal: AbortSignal,
): AsyncGenerator<WorkloadEvent> {
  return watchAgain(
    (buffer, stop) => feedOnce(pods, filter, buffer, stop),
    () => pods.feed.isClosed,
    signal,
  );
}

/** Returns when the connection is lost or the signal aborts. */
async function feedOnce(
  { feed, book }: WatchedPods,
  filter: OwnershipFilter,
  buffer: EventBuffer,
  stop: AbortSignal,
): Promise<void> {
  const bell = new Bell();
  const forget = book.changes.onChange(() => bell.ring());
  const list = async (): Promise<WorkloadStatus[]> => (await book.list()).filter((each) => isOwnedBy(filter, each));
  try {
    const connection = await feed.connected(stop);
    let shown = await list();
    if (stop.aborted) return;
    buffer.put({ type: 'synced', workloads: shown });
    for (;;) {
      await bell.rung(lookAgainMs, stop);
      if (stop.aborted || feed.connection !== connection) return;
      const now = await list();
      for (const event of differences(shown, now)) buffer.put(event);
      shown = now;
    }
  } finally {
    forget();
  }
}
