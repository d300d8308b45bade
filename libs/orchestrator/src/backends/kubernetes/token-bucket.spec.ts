import { FakeClock } from '@muster/testing';
import { describe, expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.js';

const { signal: never } = new AbortController();

/** A bucket of two at once and ten per second, and who was served in which order. */
class Queue {
  readonly clock = new FakeClock();
  readonly served: string[] = [];
  readonly left: unknown[] = [];
  private readonly bucket = new TokenBucket(10, 2, this.clock);

  async join(name: string, signal = never): Promise<void> {
    void this.bucket.take(signal).then(
      () => this.served.push(name),
      (reason: unknown) => this.left.push(reason),
    );
    await this.clock.advance(0);
  }

  async joinAll(...names: string[]): Promise<void> {
    for (const name of names) await this.join(name);
  }
}

describe('a token bucket', () => {
  it('serves its burst at once, and then one after another at its rate, in their order', async () => {
    const queue = new Queue();
    await queue.joinAll('a', 'b', 'c', 'd', 'e');
    expect(queue.served).toEqual(['a', 'b']);
    await queue.clock.advance(99);
    expect(queue.served).toEqual(['a', 'b']);
    await queue.clock.advance(1);
    expect(queue.served).toEqual(['a', 'b', 'c']);
    await queue.clock.advance(200);
    expect(queue.served).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('saves up no more than its burst, however long nobody came', async () => {
    const queue = new Queue();
    await queue.joinAll('a', 'b');
    await queue.clock.advance(3_600_000);
    await queue.joinAll('c', 'd', 'e');
    expect(queue.served).toEqual(['a', 'b', 'c', 'd']);
  });

  it('serves nobody before those who wait already', async () => {
    const queue = new Queue();
    await queue.joinAll('a', 'b', 'c');
    await queue.clock.advance(50);
    await queue.join('late');
    await queue.clock.advance(50);
    expect(queue.served).toEqual(['a', 'b', 'c']);
    await queue.clock.advance(100);
    expect(queue.served).toEqual(['a', 'b', 'c', 'late']);
  });

  it('lets one in the middle of the queue leave at once, and nobody behind is later for it', async () => {
    const queue = new Queue();
    const impatience = new AbortController();
    await queue.joinAll('a', 'b', 'c');
    await queue.join('leaves', impatience.signal);
    await queue.join('d');
    impatience.abort('changed my mind');
    await queue.clock.advance(0);
    expect([queue.left, queue.served]).toEqual([['changed my mind'], ['a', 'b']]);
    await queue.clock.advance(200);
    expect(queue.served).toEqual(['a', 'b', 'c', 'd']);
  });

  it('goes on for who comes after all who waited have left', async () => {
    const queue = new Queue();
    const impatience = new AbortController();
    await queue.joinAll('a', 'b');
    await queue.join('leaves', impatience.signal);
    impatience.abort('changed my mind');
    await queue.join('c');
    await queue.clock.advance(100);
    expect([queue.left, queue.served]).toEqual([['changed my mind'], ['a', 'b', 'c']]);
  });

  it('takes no token for one who does not want it any more', async () => {
    const queue = new Queue();
    await queue.join('leaves', AbortSignal.abort('too late'));
    await queue.joinAll('a', 'b');
    expect([queue.left, queue.served]).toEqual([['too late'], ['a', 'b']]);
  });
});
