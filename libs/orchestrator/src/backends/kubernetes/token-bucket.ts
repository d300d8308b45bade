import { processClock, type MonotonicClock } from './monotonic-clock.js';

/**
 * Bounds how often something is done: `burst` at once, then so many per second. Who waits is served in order; who does not want to
 * wait any longer leaves the queue at once, and nobody behind is later for it.
 */
export class TokenBucket {
  private tokens: number;
  private filledAtMs: number;
  private readonly waiting = new Set<() => void>();
  private isDue = false;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    private readonly clock: MonotonicClock = processClock,
  ) {
    this.tokens = burst;
    this.filledAtMs = clock.monotonicMs();
  }

  /** Rejects with the signal's reason as soon as that aborts. */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.fill();
    // Whoever waits comes first, also where a token is there that has not been given out yet.
    if (this.tokens >= 1 && this.waiting.size === 0) this.tokens -= 1;
    else await this.turn(signal);
  }

  private turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const serve = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.waiting.delete(serve);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.waiting.add(serve);
      this.serveWhenDue();
    });
  }

  private serveWhenDue(): void {
    if (this.isDue || this.waiting.size === 0) return;
    this.isDue = true;
    const ms = Math.ceil((1000 * (1 - this.tokens)) / this.perSecond);
    this.clock.after(ms, () => {
      this.isDue = false;
      this.serve();
    });
  }

  private serve(): void {
    this.fill();
    for (const next of this.waiting) {
      if (this.tokens < 1) break;
      this.tokens -= 1;
      this.waiting.delete(next);
      next();
    }
    this.serveWhenDue();
  }

  private fill(): void {
    const nowMs = this.clock.monotonicMs();
    this.tokens = Math.min(this.burst, this.tokens + ((nowMs - this.filledAtMs) * this.perSecond) / 1000);
    this.filledAtMs = nowMs;
  }
}
