import type { Clock } from '@muster/platform';
import { type FakeClock, sleepOn } from '@muster/testing';

/** The clock of one process: after its death nothing of it falls due any more. */
export class MortalClock implements Clock {
  readonly #cancels = new Set<() => void>();
  #isDead = false;

  constructor(private readonly clock: FakeClock) {}

  nowMs(): number {
    return this.clock.nowMs();
  }

  monotonicMs(): number {
    return this.clock.monotonicMs();
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  after = (ms: number, task: () => void): (() => void) => {
    if (this.#isDead) return () => undefined;
    const end = this.clock.after(ms, () => {
      this.#cancels.delete(cancel);
      task();
    });
    const cancel = (): void => {
      this.#cancels.delete(cancel);
      end();
    };
    this.#cancels.add(cancel);
    return cancel;
  };

  /** Rejects with the signal's reason when aborted. After the death it never settles. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, ms, signal);
  }

  die(): void {
    this.#isDead = true;
    for (const cancel of this.#cancels) cancel();
  }
}
