import { MusterError } from '@muster/contracts/wire';

/** Work that is done one after another, in the order it came. Refuses with `queue-full` beyond its bound. */
export class WorkQueue {
  #length = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly maxLength = 1000) {}

  /** `work` never rejects. */
  add(work: () => Promise<unknown>): void {
    if (this.#length >= this.maxLength) throw new MusterError('queue-full', `${this.maxLength} requests wait already`);
    this.#length += 1;
    this.#last = this.#last.then(work).then(() => {
      this.#length -= 1;
    });
  }
}
