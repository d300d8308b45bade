import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionEvent, SessionId } from '@muster/contracts';
import type { FeedItem } from './event-feed.js';
import { toServerSentEvent } from './server-sent-events.js';
import { aUser, startAdmission } from './testing/admission-under-test.js';

const ada = aUser('usr_ada');
let under: Awaited<ReturnType<typeof startAdmission>>;

beforeEach(async () => {
  under = await startAdmission();
});
afterEach(() => under.close());

const brief = (item: FeedItem): string =>
  item.kind === 'event'
    ? `${item.event.id} ${item.event.state ?? item.event.kind}`
    : item.kind === 'queue'
      ? `place ${item.queue.place}`
      : `missed ${item.firstId}-${item.lastId}`;

/** Reads to the end of the feed; the clock runs while it waits. */
async function readAll(id: string, after = 0): Promise<string[]> {
  const items: string[] = [];
  const feed = under.global.feed.follow(id as SessionId, after, AbortSignal.timeout(10_000));
  for (let next = feed.next(); ; next = feed.next()) {
    const timer = setInterval(() => void under.clock.advance(2000), 5);
    const { done, value } = await next.finally(() => clearInterval(timer));
    if (done === true) return items;
    items.push(brief(value));
  }
}

const event = (id: number, state?: SessionEvent['state']): SessionEvent => ({
  id,
  at: '2026-01-31T12:00:00.000Z',
  kind: state === undefined ? 'warning' : 'state',
  text: 'text',
  ...(state === undefined ? {} : { state }),
});

describe('the events of a session', () => {
  it('tell its place while it waits, and end after the last one', async () => {
    const { id } = await under.global.create(ada, { type: 'lab' });
    const reading = readAll(id);
    await expect.poll(() => under.clock.waiting).toBeGreaterThan(0);
    await under.global.close(ada, id);
    expect(await reading).toEqual(['1 queued', 'place 1', '2 closed']);
  });

  it('go on after the number that was seen', async () => {
    const { id } = await under.global.create(ada, { type: 'lab' });
    await under.global.close(ada, id);
    expect(await readAll(id, 1)).toEqual(['2 closed']);
    expect(await readAll(id, 2)).toEqual([]);
  });

  it('come once each, in order, from one holder and then the next', async () => {
    await under.lease('a');
    const { id } = await under.global.create(ada, { type: 'lab' });
    await under.global.round();
    await under.hold(id, { change: 'confirm' });
    under.holders.streams.set('http://a', [event(2, 'starting'), { heartbeat: true }, event(3, 'running'), event(4)]);
    const reading = readAll(id);
    await expect.poll(() => under.holders.streams.size).toBe(0);
    under.holders.streams.set('http://a', [
      event(3, 'running'),
      event(4),
      event(5),
      event(6, 'closing'),
      event(7, 'closed'),
    ]);
    expect(await reading).toEqual([
      '1 queued',
      '2 starting',
      '3 running',
      '4 warning',
      '5 warning',
      '6 closing',
      '7 closed',
    ]);
  });

  it('come from the session service that it is granted to at once, without a pause until it has confirmed', async () => {
    await under.lease('a');
    const { id } = await under.global.create(ada, { type: 'lab' });
    await under.global.round();
    expect((await under.read(id)).state).toBe('queued');
    under.holders.streams.set('http://a', [event(2, 'starting'), event(3, 'failed')]);
    const items: string[] = [];
    for await (const item of under.global.feed.follow(id as SessionId, 0, AbortSignal.timeout(10_000)))
      items.push(brief(item));
    expect(items).toEqual(['1 queued', 'place 1', '2 starting', '3 failed']);
  });

  it('say what is not kept any more', async () => {
    const { id } = await under.global.create(ada, { type: 'lab' });
    await under.global.close(ada, id);
    const session = await under.read(id);
    await under.sessions.replace({ ...session, events: session.events.slice(1) });
    expect(await readAll(id)).toEqual(['missed 1-1', '2 closed']);
  });
});

describe('the events of a session whose holder is read too slowly', () => {
  it('say what the holder does not keep any more', async () => {
    await under.lease('a');
    const { id } = await under.global.create(ada, { type: 'lab' });
    await under.global.round();
    await under.hold(id, { change: 'confirm' });
    under.holders.streams.set('http://a', [event(3), event(8), event(9, 'closed')]);
    expect(await readAll(id)).toEqual(['1 queued', '2 starting', '3 warning', 'missed 4-7', '8 warning', '9 closed']);
  });
});

describe('as Server-Sent Events', () => {
  it('stored events have their number as id, places have none', () => {
    expect(toServerSentEvent({ kind: 'event', event: event(7, 'closed') })).toMatch(
      /^id: 7\nevent: state\ndata: \{.*\}\n\n$/,
    );
    expect(toServerSentEvent({ kind: 'queue', queue: { place: 2, estimatedStartMs: null } })).toBe(
      'event: queue\ndata: {"kind":"queue","queue":{"place":2,"estimatedStartMs":null}}\n\n',
    );
  });
});
