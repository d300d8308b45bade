import type { SessionId, UserId } from '@muster/contracts';
import { FakeClock } from '@muster/testing';
import { describe, expect, it } from 'vitest';
import type { FeedItem } from './event-feed.js';
import { timesOf } from './measured-times.js';
import { estimateStartMs, QueueBook, type QueueLine } from './queue-book.js';
import { eventStreamOf } from './server-sent-events.js';

function line(id: string, sinceMs: number, owner = 'ada'): QueueLine {
  return { id: id as SessionId, owner: owner as UserId, priority: 50, sinceMs, type: 'lab', explanation: null };
}
const times = new Map([['lab', { startMs: 1000, runMs: 60_000 }]]);

describe('places', () => {
  it('change when others leave, and say whose did', () => {
    const book = new QueueBook();
    const facts = { held: new Map(), running: 0, times };
    book.update({ ...facts, lines: [line('a', 1), line('b', 2), line('c', 3)] });
    expect(book.update({ ...facts, lines: [line('b', 2), line('c', 3)] })).toEqual(['b', 'c']);
    expect(book.view(line('c', 3))).toEqual({ place: 2, estimatedStartMs: 1000 });
  });

  it('are known of a session that came after the last round', () => {
    const book = new QueueBook();
    book.update({ lines: [line('a', 1), line('b', 2)], held: new Map(), running: 0, times });
    expect(book.view(line('new', 9)).place).toBe(3);
    expect(book.view(line('other', 9, 'bob')).place).toBe(2);
  });
});

describe('the estimate', () => {
  it('is unknown until something was measured', () => {
    expect([estimateStartMs(1, 0, undefined), estimateStartMs(1, 4, { startMs: 5, runMs: null })]).toEqual([
      null,
      null,
    ]);
  });

  it('is the start itself when nothing runs, else the ends that have to come before', () => {
    expect(estimateStartMs(1, 0, { startMs: 1000, runMs: 60_000 })).toBe(1000);
    expect(estimateStartMs(2, 4, { startMs: 1000, runMs: 60_000 })).toBe(31_000);
  });

  it('is measured by the middle of what the latest sessions took', () => {
    const took = (startMs: number, runMs: number | null) => ({
      timeline: { planned: 100, running: 100 + startMs },
      startedAtMs: 100 + startMs,
      endedAtMs: runMs === null ? null : 100 + startMs + runMs,
    });
    expect(timesOf([took(10, 500), took(90, null), took(20, 700), took(5000, 600)])).toEqual({
      startMs: 90,
      runMs: 600,
    });
  });
});

describe('an event stream', () => {
  it('begins at once, shows that it lives while nothing comes, and tells when its reader goes', async () => {
    const clock = new FakeClock();
    let send: (item: FeedItem) => void = () => undefined;
    const feed = async function* (): AsyncGenerator<FeedItem> {
      yield await new Promise<FeedItem>((resolve) => (send = resolve));
    };
    let stopped = false;
    const stream = eventStreamOf(feed(), { clock, heartbeatMs: 1000, stop: () => (stopped = true) });
    const chunks: string[] = [];
    stream.on('data', (chunk: string) => chunks.push(chunk));
    await expect.poll(() => clock.waiting).toBe(1);
    await clock.advance(1000);
    await expect.poll(() => chunks.length).toBe(2);
    send({ kind: 'missed', firstId: 1, lastId: 2 });
    await expect.poll(() => stopped).toBe(true);
    expect(chunks).toEqual([
      ': begins\n\n',
      ': waiting\n\n',
      'event: missed\ndata: {"kind":"missed","firstId":1,"lastId":2}\n\n',
    ]);
    expect(clock.waiting).toBe(0);
  });
});
