import { setTimeout as pause } from 'node:timers/promises';
import { EventBuffer } from '../contract/event-buffer.js';
import type { WorkloadEvent } from '../contract/workload-event.js';

const firstBackoffMs = 50;
const lastBackoffMs = 2000;

/** One connection of a watch: puts `synced`, then changes, until it is lost or the signal aborts. */
export type Feed = (buffer: EventBuffer, signal: AbortSignal) => Promise<void>;

/** A watch that is taken up again after every loss, until the signal aborts or `isClosed`: then the last error comes out. */
export async function* watchAgain(
  feedOnce: Feed,
  isClosed: () => boolean,
  signal: AbortSignal,
): AsyncGenerator<WorkloadEvent> {
  const buffer = new EventBuffer();
  const ended = new AbortController();
  const both = AbortSignal.any([signal, ended.signal]);
  const feeding = feedForEver(feedOnce, isClosed, buffer, both).finally(() => ended.abort());
  try {
    while (!both.aborted) yield* await buffer.take(both);
  } finally {
    ended.abort();
    await feeding;
  }
}

async function feedForEver(
  feedOnce: Feed,
  isClosed: () => boolean,
  buffer: EventBuffer,
  signal: AbortSignal,
): Promise<void> {
  let backoffMs = firstBackoffMs;
  while (!signal.aborted) {
    try {
      await feedOnce(buffer, signal);
      backoffMs = firstBackoffMs;
    } catch (error) {
      if (isClosed()) throw error;
      await pause(backoffMs, undefined, { signal }).catch(() => {});
      backoffMs = Math.min(2 * backoffMs, lastBackoffMs);
    }
  }
}
