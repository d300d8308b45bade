import type { Clock } from '../clock.js';

/** What became of a batch. `later`: it may be sent again. `refused`: never. */
export type SendOutcome = 'taken' | 'later' | 'refused';

export interface ExportQueueOptions<T> {
  clock: Clock;
  /** Never rejects, and ends in time. */
  send: (batch: readonly T[]) => Promise<SendOutcome>;
  maxItems: number;
  maxBatch: number;
  /** Longest time from an item to its sending while the receiver answers. */
  delayMs: number;
  onSent: (items: number) => void;
  onDropped: (items: number) => void;
}

const longestPauseMs = 60_000;

/**
 * Items on their way to a receiver that may be slow or away: sent in batches, one at a time, in their order. Nobody waits for
 * it. What comes when it is full is dropped and counted; what could not be sent is sent again after a pause that grows.
 */
export class ExportQueue<T> {
  private items: T[] = [];
  private sending: Promise<void> | undefined;
  private cancelTimer: (() => void) | undefined;
  private failures = 0;
  private isClosed = false;

  constructor(private readonly options: ExportQueueOptions<T>) {}

  add(item: T): void {
    const { maxItems, maxBatch, delayMs, onDropped } = this.options;
    if (this.isClosed || this.items.length >= maxItems) return onDropped(1);
    this.items.push(item);
    if (this.sending !== undefined || this.failures > 0) return;
    if (this.items.length >= maxBatch) this.begin();
    else this.cancelTimer ??= this.options.clock.after(delayMs, () => this.begin());
  }

  /** Sends what is left, unless the receiver is away or takes longer than this; the rest is dropped. */
  async close(withinMs: number): Promise<void> {
    this.isClosed = true;
    this.cancelTimer?.();
    const enough = new AbortController();
    const late = this.options.clock.sleep(withinMs, enough.signal).catch(() => undefined);
    await Promise.race([this.sendRest(), late]);
    enough.abort();
    this.cancelTimer?.();
    if (this.items.length > 0) this.options.onDropped(this.items.length);
    this.items = [];
  }

  private async sendRest(): Promise<void> {
    await this.sending;
    while (this.items.length > 0 && this.failures === 0) if ((await this.sendBatch()) === 'later') return;
  }

  private begin(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.sending = this.sendAll().finally(() => {
      this.sending = undefined;
    });
  }

  private async sendAll(): Promise<void> {
    while (this.items.length > 0) {
      if ((await this.sendBatch()) !== 'later') this.failures = 0;
      else return this.pause();
      if (this.isClosed) return;
    }
  }

  private pause(): void {
    this.failures += 1;
    const pauseMs = Math.min(longestPauseMs, this.options.delayMs * 2 ** Math.min(this.failures, 20));
    this.cancelTimer = this.options.clock.after(pauseMs, () => this.begin());
  }

  private async sendBatch(): Promise<SendOutcome> {
    const { send, maxBatch, onSent, onDropped } = this.options;
    const batch = this.items.slice(0, maxBatch);
    const outcome = await send(batch);
    if (outcome === 'later') return outcome;
    this.items.splice(0, batch.length);
    if (outcome === 'taken') onSent(batch.length);
    else onDropped(batch.length);
    return outcome;
  }
}
