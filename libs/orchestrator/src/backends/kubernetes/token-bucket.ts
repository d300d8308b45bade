import { setTimeout as pause } from 'node:timers/promises';

/** Bounds how often something is done: `burst` at once, then so many per second. Who waits is served in order. */
export class TokenBucket {
  private tokens: number;
  private filledAtMs = performance.now();
  private queue: Promise<void> = Promise.resolve();

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {
    this.tokens = burst;
  }

  take(signal: AbortSignal): Promise<void> {
    const turn = this.queue.then(() => this.takeNow(signal));
    this.queue = turn.catch(() => {});
    return turn;
  }

  private async takeNow(signal: AbortSignal): Promise<void> {
    this.fill();
    if (this.tokens < 1) await pause((1000 * (1 - this.tokens)) / this.perSecond, undefined, { signal });
    this.fill();
    this.tokens -= 1;
  }

  private fill(): void {
    const nowMs = performance.now();
    this.tokens = Math.min(this.burst, this.tokens + ((nowMs - this.filledAtMs) * this.perSecond) / 1000);
    this.filledAtMs = nowMs;
  }
}
