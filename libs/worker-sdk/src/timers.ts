/** Time for code that must be testable. Timers never keep the process alive. */
export interface Timers {
  /** Runs `then` once after `ms`; the answer cancels it. */
  after(ms: number, then: () => void): () => void;
  /** 0 to 1, for jitter. */
  random(): number;
}

const longestMs = 2 ** 31 - 1;

export const realTimers: Timers = {
  after: (ms, then) => {
    const timer = setTimeout(then, Math.min(ms, longestMs));
    timer.unref();
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

/** Resolves after `ms`, or at once when the signal is aborted. */
export function pause(timers: Timers, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = timers.after(ms, done);
    signal?.addEventListener('abort', done);
  });
}

/** Doubles from 100 ms to 3 s, the upper half of it by chance. */
export function backOffMs(attempt: number, random: number): number {
  return Math.min(3000, 100 * 2 ** attempt) * (0.5 + random / 2);
}
