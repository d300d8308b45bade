import { setTimeout as pause } from 'node:timers/promises';

/** How time passes. */
export interface Passing {
  nowMs(): number;
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

const real: Passing = {
  nowMs: () => performance.now(),
  pause: (ms, signal) => pause(ms, undefined, { signal }),
};

/** Bounds how often something is done: `burst` at once, then so many per second. Who waits is served in order. */
export class TokenBucket {
  private tokens: number;
  private filledAtMs: number;
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    private readonly time: Passing = real,
  ) {
    this.tokens = burst;
    this.filledAtMs = time.nowMs();
  }

  /** Rejects with the signal's reason as soon as that says so, and takes nothing then. */
  take(signal: AbortSignal): Promise<void> {
    const turn = this.queue.then(() => this.takeNow(signal));
    this.queue = turn.catch(() => {});
    return new Promise((resolve, reject) => {
      const abandon = (): void => reject(signal.reason as Error);
      signal.addEventListener('abort', abandon, { once: true });
      turn.then(resolve, reject).finally(() => signal.removeEventListener('abort', abandon));
    });
  }

  private async takeNow(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.fill();
    if (this.tokens < 1) await this.time.pause((1000 * (1 - this.tokens)) / this.perSecond, signal);
    this.fill();
    this.tokens -= 1;
  }

  private fill(): void {
    const nowMs = this.time.nowMs();
    this.tokens = Math.min(this.burst, this.tokens + ((nowMs - this.filledAtMs) * this.perSecond) / 1000);
    this.filledAtMs = nowMs;
  }
}
