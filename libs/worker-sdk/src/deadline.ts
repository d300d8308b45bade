import { MusterError } from '@muster/contracts/wire';
import type { Timers } from './timers.js';

export interface Deadline {
  /** Aborted with `deadline-exceeded` or `cancelled` as its reason. */
  signal: AbortSignal;
  clear(): void;
}

/** Ends after `timeoutMs` or with any of the given signals. */
export function startDeadline(
  timers: Timers,
  timeoutMs: number,
  signals: readonly (AbortSignal | undefined)[],
): Deadline {
  const controller = new AbortController();
  const cancelTimer = timers.after(timeoutMs, () =>
    controller.abort(new MusterError('deadline-exceeded', `no answer within ${timeoutMs} ms`)),
  );
  const onAbort = (): void => controller.abort(new MusterError('cancelled', 'the caller cancelled'));
  const given = signals.filter((signal) => signal !== undefined);
  for (const signal of given) {
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  }
  const clear = (): void => {
    cancelTimer();
    for (const signal of given) signal.removeEventListener('abort', onAbort);
  };
  return { signal: controller.signal, clear };
}
