import { setTimeout as pause } from 'node:timers/promises';

/** Time as it passes, as a port: tests own it. */
export interface MonotonicClock {
  /** Ms since some moment of this process. */
  monotonicMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when that aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Calls `task` once after `ms`; the answer cancels it. */
  after(ms: number, task: () => void): () => void;
}

export const processClock: MonotonicClock = {
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    pause(ms, undefined, { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw error;
    }),
  after: (ms, task) => {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};
