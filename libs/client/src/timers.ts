/** Time and chance for code that must be testable. */
export interface Timers {
  /** Runs `then` once after `ms`; the answer cancels it. */
  after(ms: number, then: () => void): () => void;
  /** 0 to 1, for jitter. */
  random(): number;
}

export const realTimers: Timers = {
  after: (ms, then) => {
    const timer = setTimeout(then, ms);
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

/** Doubles from 200 ms to 10 s, the upper half of it by chance. */
export function backOffMs(attempt: number, random: number): number {
  return Math.min(10_000, 200 * 2 ** attempt) * (0.5 + random / 2);
}
