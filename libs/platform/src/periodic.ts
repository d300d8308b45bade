import type { Clock } from './clock.js';
import { jittered, type RandomSource } from './random.js';
import { runOutsideTraces } from './trace-context.js';

export interface PeriodicOptions {
  name: string;
  periodMs: number;
  run: (signal: AbortSignal) => Promise<void>;
  onError: (error: unknown) => void;
  clock: Clock;
  random: RandomSource;
}

/**
 * Runs a task again and again, never twice at once. `poke` runs it now (or once more right after the present run): events make
 * it fast, the period makes it right. An error is reported and the next period tries again.
 */
export class Periodic {
  private readonly stopping = new AbortController();
  private cancelTimer: (() => void) | undefined;
  private running: Promise<void> | undefined;
  private again = false;

  constructor(private readonly options: PeriodicOptions) {}

  start(): void {
    this.poke();
  }

  poke(): void {
    if (this.stopping.signal.aborted) return;
    if (this.running !== undefined) {
      this.again = true;
      return;
    }
    this.cancelTimer?.();
    this.running = runOutsideTraces(() => this.runOnce());
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error(`${this.options.name} is stopping`));
    this.cancelTimer?.();
    await this.running;
  }

  private async runOnce(): Promise<void> {
    try {
      await this.options.run(this.stopping.signal);
    } catch (error) {
      if (!this.stopping.signal.aborted) this.options.onError(error);
    }
    this.running = undefined;
    if (this.stopping.signal.aborted) return;
    if (this.again) {
      this.again = false;
      this.poke();
      return;
    }
    this.cancelTimer = this.options.clock.after(jittered(this.options.periodMs, this.options.random), () =>
      this.poke(),
    );
  }
}
