import { FakeClock } from '@muster/testing';

/** Its time stands still, but who sleeps wakes at once: then it is as late as it was to be. */
export class HastyClock extends FakeClock {
  readonly sleptMs: number[] = [];

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.sleptMs.push(ms);
    await this.advance(ms);
  }
}
