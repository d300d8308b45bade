import type { LogLine, LogOptions } from '../../contract/logs.js';
import { LineSplitter } from '../line-splitter.js';
import type { PodLogQuery, V1Pod } from './kubernetes-api.js';
import { hasStatus } from './start-refusal.js';
import { LogPlace } from './log-place.js';
import type { PodBook } from './pod-book.js';
import type { PodCalls } from './pod-calls.js';
import { nameOf } from './pod-names.js';
import { stateOf } from './pod-status.js';

const firstPauseMs = 100;
const lastPauseMs = 5000;
/** A stream that goes on so long after the end of its pod hangs. */
const restWithinMs = 5000;

export interface LogSource {
  readonly calls: Pick<PodCalls, 'logs'>;
  readonly book: PodBook;
}

/** What a pod prints, as lines; ends without an error when the signal aborts. */
export async function* readLogs(
  source: LogSource,
  pod: V1Pod,
  { follow, tailLines }: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const { changes } = source.book;
  const hasEnded = (): boolean => stateOf(source.book.latest(pod)) === 'exited';
  const place = new LogPlace();
  let pauseMs = firstPauseMs;
  try {
    // Of a pod that has not started, there is nothing to read.
    if (follow) await changes.until(() => stateOf(source.book.latest(pod)) !== 'starting', { signal });
    for (let isLast = false; !isLast && !signal.aborted;) {
      // Looked at before reading, so that the last reading has everything.
      isLast = !follow || hasEnded();
      const query = { follow: !isLast, timestamps: true, ...placeQuery(place.since(), tailLines) };
      const wasSilent = yield* readOnce(source, { pod, query, place }, signal);
      pauseMs = wasSilent ? Math.min(2 * pauseMs, lastPauseMs) : firstPauseMs;
      if (!isLast) await changes.until(hasEnded, { withinMs: pauseMs, signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function placeQuery(since: string | undefined, tailLines: number | undefined): Partial<PodLogQuery> {
  if (since !== undefined) return { sinceTime: since };
  return tailLines === undefined ? {} : { tailLines };
}

interface Reading {
  readonly pod: V1Pod;
  readonly query: PodLogQuery;
  readonly place: LogPlace;
}

/**
 * One answer of the cluster; returns whether there was nothing in it. A connection that breaks while the pod runs is no error: the
 * next reading goes on there.
 */
async function* readOnce(
  { calls, book }: LogSource,
  { pod, query, place }: Reading,
  signal: AbortSignal,
): AsyncGenerator<LogLine, boolean> {
  const splitter = new LineSplitter('stdout');
  const over = new AbortController();
  let wasSilent = true;
  if (query.follow) void abortAfterEnd(book, pod, over);
  try {
    const stream = await calls.logs(nameOf(pod), query, AbortSignal.any([signal, over.signal]));
    for await (const piece of stream as AsyncIterable<Buffer>) {
      wasSilent = false;
      yield* fresh(splitter.add(piece), place);
    }
    // Of a line that is not whole yet, the next reading shows all.
    if (!query.follow) yield* fresh(splitter.end(), place);
  } catch (error) {
    if (!query.follow && !hasStatus(error, 400, 404)) throw error;
  } finally {
    over.abort();
  }
  return wasSilent;
}

function* fresh(lines: readonly LogLine[], place: LogPlace): Generator<LogLine> {
  for (const line of lines) {
    const text = place.take(line.text);
    if (text !== undefined) yield { ...line, text };
  }
}

async function abortAfterEnd(book: PodBook, pod: V1Pod, over: AbortController): Promise<void> {
  const { signal } = over;
  if (!(await book.changes.until(() => stateOf(book.latest(pod)) === 'exited', { signal }))) return;
  await book.changes.until(() => false, { withinMs: restWithinMs, signal });
  over.abort();
}
