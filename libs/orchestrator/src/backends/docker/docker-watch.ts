import type { Readable } from 'node:stream';
import type { EventBuffer } from '../../contract/event-buffer.js';
import { isOwnedBy, type OwnershipFilter } from '../../contract/ownership.js';
import type { WorkloadEvent } from '../../contract/workload-event.js';
import type { WorkloadStatus } from '../../contract/workload-status.js';
import { Bell } from '../bell.js';
import { watchAgain } from '../watch-again.js';
import { differences } from '../workload-differences.js';
import { ownerLabel } from './container-labels.js';
import type { DockerApi } from './docker-api.js';
import { readJsonLines } from './pull-progress.js';
import type { WorkloadBook } from './workload-book.js';

/** The engine's stream begins a moment after its answer; what happened in between shows by this look. */
const firstLookMs = 1000;
/** Also finds out that a connection is dead that looks idle. */
const lookAgainMs = 20_000;

export interface WatchedEngine {
  readonly api: DockerApi;
  readonly book: WorkloadBook;
  readonly owner: string;
}

/**
 * `watch` on the engine. Its events only say when to look: what is true is what the list then shows, so that neither their
 * times nor their order nor a lost one matters.
 */
export function watchEngine(
  engine: WatchedEngine,
  filter: OwnershipFilter,
  signal: AbortSignal,
): AsyncGenerator<WorkloadEvent> {
  return watchAgain(
    (buffer, stop) => feedOnce(engine, filter, buffer, stop),
    () => engine.api.isClosed,
    signal,
  );
}

/** Returns when the stream is lost or the signal aborts. */
async function feedOnce(
  { api, book, owner }: WatchedEngine,
  filter: OwnershipFilter,
  buffer: EventBuffer,
  stop: AbortSignal,
): Promise<void> {
  const lost = new AbortController();
  const ended = AbortSignal.any([stop, lost.signal]);
  const bell = new Bell();
  const forget = book.onChange(() => bell.ring());
  const touched = new Set<string>();
  const list = async (): Promise<WorkloadStatus[]> => {
    const doubted = new Set(touched);
    touched.clear();
    return (await book.list(doubted)).filter((each) => isOwnedBy(filter, each));
  };
  try {
    const events = await api.events([ownerLabel(owner)], ended);
    void ringForEach(events, bell, touched).finally(() => lost.abort());
    let shown = await list();
    buffer.put({ type: 'synced', workloads: shown });
    for (let patienceMs = firstLookMs; ; patienceMs = lookAgainMs) {
      await bell.rung(patienceMs, ended);
      if (ended.aborted) return;
      const now = await list();
      for (const event of differences(shown, now)) buffer.put(event);
      shown = now;
    }
  } finally {
    forget();
    lost.abort();
  }
}

async function ringForEach(events: Readable, bell: Bell, touched: Set<string>): Promise<void> {
  try {
    for await (const event of readJsonLines(events)) {
      touched.add((event as { Actor: { ID: string } }).Actor.ID);
      bell.ring();
    }
  } catch {
    // A broken stream is over, like one that ends.
  }
}
