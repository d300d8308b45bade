import type { Clock } from '@muster/platform';

/** Wakes whoever waits for news of one session in this process. Only makes it faster: waiting always ends by itself. */
export class SessionSignals {
  private readonly waiting = new Map<string, Set<() => void>>();

  constructor(private readonly clock: Clock) {}

  notify(session: string): void {
    for (const wake of this.waiting.get(session) ?? []) wake();
  }

  /** Resolves at the next news, after `ms`, or when aborted. */
  wait(session: string, ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wakers = this.waiting.get(session) ?? new Set();
      this.waiting.set(session, wakers);
      const wake = (): void => {
        cancel();
        signal.removeEventListener('abort', wake);
        wakers.delete(wake);
        if (wakers.size === 0 && this.waiting.get(session) === wakers) this.waiting.delete(session);
        resolve();
      };
      const cancel = this.clock.after(ms, wake);
      signal.addEventListener('abort', wake, { once: true });
      wakers.add(wake);
    });
  }
}
