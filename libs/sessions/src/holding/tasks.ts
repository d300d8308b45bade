import { jittered, type Clock, type RandomSource } from '@muster/platform';

interface TasksOptions {
  clock: Clock;
  random: RandomSource;
  /** Called when a task has ended or may be tried again. */
  onSettled: () => void;
  onError: (key: string, error: unknown, attempt: number) => void;
  /** First pause after a failure; it doubles up to the last. */
  firstPauseMs: number;
  maxPauseMs: number;
}

/**
 * Work under way, at most one per key. A task that fails is kept away for a pause that grows; nobody retries it here:
 * whoever still wants it launches it again.
 */
export class Tasks {
  private readonly running = new Map<string, Promise<void>>();
  private readonly pauses = new Map<string, () => void>();
  private readonly attempts = new Map<string, number>();
  private stopped = false;

  constructor(private readonly options: TasksOptions) {}

  /** `run` is told which attempt it is, from 1. */
  launch(key: string, run: (attempt: number) => Promise<void>): void {
    if (this.stopped || this.running.has(key) || this.pauses.has(key)) return;
    this.running.set(key, this.attempt(key, run));
  }

  /** Resolves when the task with this key, if any, is not under way any more. */
  async settled(key: string): Promise<void> {
    await this.running.get(key);
  }

  /** Tries what is pausing at once: something has changed. */
  retryNow(prefix: string): void {
    for (const [key, cancel] of this.pauses) {
      if (!key.startsWith(prefix)) continue;
      cancel();
      this.pauses.delete(key);
    }
  }

  stop(): void {
    this.stopped = true;
    for (const cancel of this.pauses.values()) cancel();
    this.pauses.clear();
  }

  private async attempt(key: string, run: (attempt: number) => Promise<void>): Promise<void> {
    try {
      await run((this.attempts.get(key) ?? 0) + 1);
      this.attempts.delete(key);
    } catch (error) {
      this.pause(key, error);
    } finally {
      this.running.delete(key);
    }
    if (!this.stopped) this.options.onSettled();
  }

  private pause(key: string, error: unknown): void {
    if (this.stopped) return;
    const { clock, random, firstPauseMs, maxPauseMs, onError, onSettled } = this.options;
    const attempt = (this.attempts.get(key) ?? 0) + 1;
    this.attempts.set(key, attempt);
    onError(key, error, attempt);
    const pauseMs = jittered(Math.min(maxPauseMs, firstPauseMs * 2 ** Math.min(attempt - 1, 20)), random);
    const cancel = clock.after(pauseMs, () => {
      this.pauses.delete(key);
      onSettled();
    });
    this.pauses.set(key, cancel);
  }
}
