import { setTimeout as pause } from 'node:timers/promises';
import { BackendUnavailable } from '../../contract/errors.js';
import type { LogLine, LogOptions } from '../../contract/logs.js';
import { LineSplitter } from '../line-splitter.js';
import { stateOf } from './container-status.js';
import type { DockerApi, LogQuery } from './docker-api.js';
import { ifThere } from './engine-refusal.js';
import { readFrames, type Frame } from './log-frames.js';
import { LogPlace } from './log-place.js';

/**
 * An engine may lose the thread when it replaces a file of output that is followed, and then says nothing more. After such a
 * silence it is asked again from that place on; a silence that was a true one makes the next wait longer.
 */
const firstPatienceMs = 1000;
const lastPatienceMs = 30_000;
const betweenReadingsMs = 100;
const tailLinesRead = 200;
const never = new AbortController().signal;

/** What a container printed, as lines; ends without an error when the signal aborts. */
export async function* readLogs(
  api: DockerApi,
  containerId: string,
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const splitters = { stdout: new LineSplitter('stdout'), stderr: new LineSplitter('stderr') };
  try {
    for await (const { stream, bytes } of readOn(api, containerId, options, signal))
      yield* splitters[stream].add(bytes);
    if (!signal.aborted) for (const splitter of Object.values(splitters)) yield* splitter.end();
  } catch (error) {
    if (!signal.aborted) throw logError(error);
  }
}

/** The last bytes that a container printed, both streams in their order. */
export async function outputTailOf(api: DockerApi, containerId: string, maxBytes: number): Promise<string> {
  let tail = Buffer.alloc(0);
  try {
    for await (const { bytes } of readOnce(api, containerId, { follow: false, tail: tailLinesRead }, never))
      tail = Buffer.concat([tail, bytes]).subarray(-maxBytes);
    return tail.toString('utf8');
  } catch (error) {
    throw logError(error);
  }
}

/** Every piece once, until the container has ended; without `follow`, what is there now. */
async function* readOn(
  api: DockerApi,
  containerId: string,
  { follow, tailLines }: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<Frame> {
  const place = new LogPlace();
  let patienceMs = firstPatienceMs;
  for (let isLast = false; !isLast && !signal.aborted;) {
    // Looked at before reading, so that the last reading has everything.
    const container = await ifThere(api.inspect(containerId));
    if (container === undefined) return;
    isLast = !follow || stateOf(container.State.Status) === 'exited';
    const query = { follow: !isLast, timestamps: true, ...place.query(tailLines), patienceMs };
    let wasSilent = true;
    for await (const frame of readOnce(api, containerId, query, signal)) {
      const piece = place.take(frame);
      if (piece === undefined) continue;
      wasSilent = false;
      yield piece;
    }
    // An engine that cannot read its own files ends at once, each time.
    if (!isLast) await pause(betweenReadingsMs, undefined, { signal });
    patienceMs = wasSilent ? Math.min(2 * patienceMs, lastPatienceMs) : firstPatienceMs;
  }
}

/** One answer of the engine; ends early where one that follows is silent for `patienceMs`. */
async function* readOnce(
  api: DockerApi,
  containerId: string,
  { patienceMs, ...query }: LogQuery & { patienceMs?: number },
  signal: AbortSignal,
): AsyncGenerator<Frame> {
  const silent = new AbortController();
  const timer = query.follow ? setTimeout(() => silent.abort(), patienceMs) : undefined;
  try {
    const stream = await api.logs(containerId, query, AbortSignal.any([signal, silent.signal]));
    for await (const frame of readFrames(stream)) {
      timer?.refresh();
      yield frame;
    }
  } catch (error) {
    if (!silent.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
    silent.abort();
  }
}

function logError(cause: unknown): BackendUnavailable {
  if (cause instanceof BackendUnavailable) return cause;
  return new BackendUnavailable(`the output of a container broke off: ${String(cause)}`, { cause });
}
