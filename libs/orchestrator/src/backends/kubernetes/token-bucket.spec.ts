import { expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.js';

const never = new AbortController().signal;

/** Time that passes only while somebody waits for it. */
class QuickTime {
  private atMs = 0;

  nowMs(): number {
    return this.atMs;
  }

  async pause(ms: number): Promise<void> {
    this.atMs += ms;
  }
}

it('gives a burst at once, and then so many per second, in order', async () => {
  const time = new QuickTime();
  const bucket = new TokenBucket(10, 3, time);
  const served: [number, number][] = [];
  const take = async (who: number): Promise<void> => {
    await bucket.take(never);
    served.push([who, Math.round(time.nowMs())]);
  };
  await Promise.all([1, 2, 3, 4, 5, 6].map(take));
  expect(served.map(([who]) => who)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(time.nowMs()).toBeCloseTo(300, 6);
});

it('fills up again while nobody asks, and never beyond its burst', async () => {
  const time = new QuickTime();
  const bucket = new TokenBucket(10, 2, time);
  await Promise.all([bucket.take(never), bucket.take(never)]);
  await time.pause(60_000);
  await Promise.all([bucket.take(never), bucket.take(never), bucket.take(never)]);
  expect(time.nowMs()).toBeCloseTo(60_100, 6);
});

it('rejects who does not want to wait any more at once, with the reason, and nobody else', async () => {
  const bucket = new TokenBucket(1, 1, { nowMs: () => 0, pause: () => new Promise(() => {}) });
  await bucket.take(never);
  const [first, second] = [new AbortController(), new AbortController()];
  const waits = [first, second].map(({ signal }) => bucket.take(signal));
  second.abort(new RangeError('second'));
  await expect(waits[1]).rejects.toThrow('second');
  first.abort(new RangeError('first'));
  await expect(waits[0]).rejects.toThrow('first');
});

it('costs nothing to have waited in vain', async () => {
  const time = new QuickTime();
  const bucket = new TokenBucket(10, 1, time);
  const gone = AbortSignal.abort(new RangeError('gone'));
  await expect(bucket.take(gone)).rejects.toThrow('gone');
  await bucket.take(never);
  expect(time.nowMs()).toBe(0);
});
