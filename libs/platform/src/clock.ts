/** Time as a port: services never call `Date.now` or `setTimeout` themselves, so that tests and simulations own the time. */
export interface Clock {
  /** Wall clock in ms since 1970. Only for what people read and for expiry that is stored; never to compare two machines. */
  nowMs(): number;
  /** Monotonic ms of this process: for leases, periods and durations. */
  monotonicMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `task` once after `ms`; the answer cancels it. A pending timer does not keep the process alive. */
  after(ms: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      }, ms);
      const abort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', abort, { once: true });
    }),
  after: (ms, task) => {
    const timer = setTimeout(task, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Nest injection token of the process's {@link Clock}. */
export const CLOCK = Symbol('Clock');
