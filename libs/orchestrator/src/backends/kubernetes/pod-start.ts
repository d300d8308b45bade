import { InvalidSpec, NoCapacity, type OrchestratorError } from '../../contract/errors.js';
import type { V1Pod } from './kubernetes-api.js';
import type { PodBook } from './pod-book.js';
import type { PodCalls } from './pod-calls.js';
import { nameOf } from './pod-names.js';
import { isPreparing, startOutcome, type StartOutcome } from './start-outcome.js';

/** How long a node may try again what failed: its second try comes after ten seconds. */
const doubtMs = 15_000;
/** A node that makes no network for a pod after so long has said why in an event, mostly that a volume is not there. */
const silenceMs = 3000;
const lastSilenceMs = 60_000;

export interface StartingPods {
  readonly calls: Pick<PodCalls, 'notes'>;
  readonly book: PodBook;
}

/** Resolves when the pod's program has started, or the signal aborts. Throws why it does not start. */
export async function untilStarted(source: StartingPods, pod: V1Pod, signal: AbortSignal): Promise<void> {
  const { book } = source;
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const missing = failureOfVolumes(source, pod, either);
  try {
    const error = await Promise.race([failureOfPod(book, pod, either), missing]);
    if (error !== undefined) throw error;
  } finally {
    over.abort();
  }
}

/** Undefined when it has started, or the signal aborts. */
async function failureOfPod(book: PodBook, pod: V1Pod, signal: AbortSignal): Promise<OrchestratorError | undefined> {
  const isOneOf = (...those: StartOutcome['is'][]) => {
    return (): boolean => those.includes(outcomeOf(book, pod).is);
  };
  while (!signal.aborted) {
    await book.changes.until(isOneOf('started', 'failed', 'doubtful'), { signal });
    if (isOneOf('doubtful')()) await book.changes.until(isOneOf('started', 'failed'), { withinMs: doubtMs, signal });
    const outcome = outcomeOf(book, pod);
    if (outcome.is === 'started') return undefined;
    if (outcome.is !== 'waiting') return outcome.error;
  }
  return undefined;
}

function outcomeOf(book: PodBook, pod: V1Pod): StartOutcome {
  if (book.has(pod)) return startOutcome(book.latest(pod));
  return { is: 'failed', error: new NoCapacity('the pod was taken away before it had started') };
}

/** What only events say of a pod: volumes that are not there. Looked for where a start is slow; for ever pending if there is none. */
async function failureOfVolumes(
  { calls, book }: StartingPods,
  pod: V1Pod,
  signal: AbortSignal,
): Promise<OrchestratorError> {
  for (let patienceMs = silenceMs; !signal.aborted; patienceMs = Math.min(2 * patienceMs, lastSilenceMs)) {
    await book.changes.until(() => false, { withinMs: patienceMs, signal });
    if (signal.aborted || !isPreparing(book.latest(pod))) continue;
    const messages = await calls.notes(nameOf(pod)).catch(() => []);
    const missing = messages.find((message) => /secret "[^"]*" not found|non-existent secret key/.test(message));
    if (missing !== undefined) return new InvalidSpec(missing);
  }
  return new Promise(() => {});
}
