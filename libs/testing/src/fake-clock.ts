import type { Clock } from '@muster/platform';

interface Timer {
  atMs: number;
  task: () => void;
}

/** By the timers of a clock. Rejects with the signal's reason when aborted. */
export function sleepOn(clock: Pick<Clock, 'after'>, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const abort = (): void => {
      cancel();
      reject(signal?.reason as Error);
    };
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  private readonly timers = new Set<Timer>();
  private elapsedMs = 0;

  constructor(private readonly startMs = Date.parse('2026-01-31T12:00:00.000Z')) {}

  nowMs(): number {
    return this.startMs + this.elapsedMs;
  }

  monotonicMs(): number {
    return this.elapsedMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, ms, signal);
  }

  after(ms: number, task: () => void): () => void {
    const timer = { atMs: this.elapsedMs + ms, task };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** How many timers and sleepers wait. */
  get waiting(): number {
    return this.timers.size;
  }

  /** Moves the time; what falls due runs in its order, each at its own moment. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.elapsedMs + ms;
    for (let due = this.nextUntil(untilMs); due !== undefined; due = this.nextUntil(untilMs)) {
      this.timers.delete(due);
      this.elapsedMs = Math.max(this.elapsedMs, due.atMs);
      due.task();
      await settled();
    }
    this.elapsedMs = untilMs;
    await settled();
  }

  private nextUntil(untilMs: number): Timer | undefined {
    return [...this.timers].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
  }
}

/** Lets what was woken run as far as it gets without real time. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
