import { describe, expect, it } from 'vitest';
import { FakeClock } from '@muster/testing';
import { ExportQueue, type SendOutcome } from './export-queue.js';

/** A receiver whose answers the test gives. */
class Receiver {
  readonly clock = new FakeClock();
  readonly batches: number[][] = [];
  answer: SendOutcome | 'never' = 'taken';
  sent = 0;
  dropped = 0;
  readonly queue = new ExportQueue<number>({
    clock: this.clock,
    send: (batch) => {
      this.batches.push([...batch]);
      return this.answer === 'never' ? new Promise(() => undefined) : Promise.resolve(this.answer);
    },
    maxItems: 5,
    maxBatch: 2,
    delayMs: 100,
    onSent: (items) => (this.sent += items),
    onDropped: (items) => (this.dropped += items),
  });

  add(...items: number[]): void {
    for (const item of items) this.queue.add(item);
  }

  get counts(): { sent: number; dropped: number } {
    return { sent: this.sent, dropped: this.dropped };
  }
}

describe('the queue to a receiver', () => {
  it('sends a batch that is full at once, and what is left after its delay, in order', async () => {
    const receiver = new Receiver();
    receiver.add(1, 2);
    await receiver.clock.advance(0);
    receiver.add(3);
    await receiver.clock.advance(99);
    expect(receiver.batches).toEqual([[1, 2]]);
    await receiver.clock.advance(1);
    expect(receiver.batches).toEqual([[1, 2], [3]]);
    expect(receiver.counts).toEqual({ sent: 3, dropped: 0 });
  });

  it('keeps what a receiver that is away did not take, and drops what comes when it is full', async () => {
    const receiver = new Receiver();
    receiver.answer = 'later';
    receiver.add(1, 2, 3, 4, 5, 6, 7);
    await receiver.clock.advance(0);
    expect(receiver.counts).toEqual({ sent: 0, dropped: 2 });
    receiver.answer = 'taken';
    await receiver.clock.advance(200);
    expect(receiver.batches).toEqual([[1, 2], [1, 2], [3, 4], [5]]);
    expect(receiver.counts).toEqual({ sent: 5, dropped: 2 });
  });

  it('waits longer with every failure', async () => {
    const receiver = new Receiver();
    receiver.answer = 'later';
    receiver.add(1, 2);
    await receiver.clock.advance(0);
    await receiver.clock.advance(200);
    await receiver.clock.advance(399);
    expect(receiver.batches).toHaveLength(2);
    await receiver.clock.advance(1);
    expect(receiver.batches).toHaveLength(3);
  });

  it('drops a batch that is refused, and goes on with the next', async () => {
    const receiver = new Receiver();
    receiver.answer = 'refused';
    receiver.add(1, 2);
    await receiver.clock.advance(0);
    receiver.answer = 'taken';
    receiver.add(3, 4);
    await receiver.clock.advance(0);
    expect(receiver.counts).toEqual({ sent: 2, dropped: 2 });
  });

  it('sends what is left when it is closed', async () => {
    const receiver = new Receiver();
    receiver.add(1);
    await receiver.queue.close(1000);
    receiver.add(2);
    expect(receiver.counts).toEqual({ sent: 1, dropped: 1 });
  });

  it('does not wait for a receiver that is away, nor longer than it is told', async () => {
    const away = new Receiver();
    away.answer = 'later';
    away.add(1, 2);
    await away.clock.advance(0);
    await away.queue.close(1000);
    expect(away.counts).toEqual({ sent: 0, dropped: 2 });
    const slow = new Receiver();
    slow.answer = 'never';
    slow.add(1);
    const closed = slow.queue.close(1000);
    await slow.clock.advance(1000);
    await closed;
    expect(slow.counts).toEqual({ sent: 0, dropped: 1 });
  });
});
