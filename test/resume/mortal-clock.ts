import type { Clock } from '@muster/platform';
import type { FakeClock } from '@muster/testing';

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
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const abort = (): void => {
        cancel();
        reject(signal?.reason as Error);
      };
      const cancel = this.after(ms, () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  die(): void {
    this.#isDead = true;
    for (const cancel of this.#cancels) cancel();
  }
}
