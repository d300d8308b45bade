import type { QueueView, SessionEvent, SessionId } from '@muster/contracts';
import { jittered, type Clock, type RandomSource } from '@muster/platform';
import type { Collection, DocumentStore } from '@muster/store';
import { sessionCollection, type SessionDocument } from '../session-document.js';
import { eventsAfter } from '../session-events.js';
import { queueLineOf } from './admission-queue.js';
import type { Holders, Report } from './ports.js';
import type { QueueBook } from './queue-book.js';
import type { ServiceRegistry } from './service-registry.js';
import type { SessionSignals } from './session-signals.js';

/** What a reader of a session's events gets: stored events, its place while it waits (not stored), and what it missed. */
export type FeedItem =
  | { kind: 'event'; event: SessionEvent }
  | { kind: 'queue'; queue: QueueView }
  | { kind: 'missed'; firstId: number; lastId: number };

export interface EventFeedParts {
  store: DocumentStore;
  registry: ServiceRegistry;
  holders: Pick<Holders, 'events'>;
  book: QueueBook;
  signals: SessionSignals;
  clock: Clock;
  random: RandomSource;
  report: Report;
  pollMs: number;
}

/**
 * The events of one session from a number on, whoever holds it: served from the document while nobody does, else forwarded
 * from the holder, and from the next one after a takeover. Each stored event comes once, in order; ends after the last one.
 */
export class EventFeed {
  private readonly sessions: Collection<SessionDocument>;

  constructor(private readonly parts: EventFeedParts) {
    this.sessions = parts.store.collection(sessionCollection);
  }

  async *follow(id: SessionId, afterId: number, signal: AbortSignal): AsyncGenerator<FeedItem> {
    const reader = new Reader(afterId);
    while (!signal.aborted) {
      const session = await this.sessions.get(id);
      if (session === undefined) return;
      yield* reader.stored(session);
      if (!session.live) return;
      if (session.state === 'queued') yield* reader.place(this.parts.book.view(queueLineOf(session)));
      yield* this.held(session, reader, signal);
      if (reader.sawEnd) return;
      await this.parts.signals.wait(id, jittered(this.parts.pollMs, this.parts.random), signal);
    }
  }

  /** Until its holder, or who it is granted to and confirms it next, ends the stream or does not answer. */
  private async *held(session: SessionDocument, reader: Reader, signal: AbortSignal): AsyncGenerator<FeedItem> {
    const holder = session.granted?.holder ?? session.holder;
    const service = holder === null ? undefined : this.parts.registry.alive(holder);
    if (service === undefined) return;
    const ask = { session: session._id, after: reader.seen };
    try {
      for await (const line of this.parts.holders.events(service.address, ask, signal)) {
        if ('id' in line) yield* reader.event(line);
      }
    } catch (error) {
      if (!signal.aborted && !reader.hasReported)
        this.parts.report('the events of a session could not be read from its holder; it is tried again', error);
      reader.hasReported = true;
    }
  }
}

/** Where one reader is. */
class Reader {
  sawEnd = false;
  /** A holder that is gone is missed once, not at every try until the takeover. */
  hasReported = false;
  private hasBegun = false;
  private lastPlace = '';

  constructor(public seen: number) {}

  *stored(session: SessionDocument): Generator<FeedItem> {
    // The reader brought a number that the session has never had: everything is read rather than nothing.
    if (!this.hasBegun && this.seen > session.lastEventId) this.seen = 0;
    this.hasBegun = true;
    for (const event of eventsAfter(session, this.seen)) yield* this.event(event);
  }

  /** Only the last events are kept: a gap before it is what nobody can say any more. */
  *event(event: SessionEvent): Generator<FeedItem> {
    const { id } = event;
    if (id <= this.seen) return;
    if (id > this.seen + 1) yield { kind: 'missed', firstId: this.seen + 1, lastId: id - 1 };
    this.seen = id;
    this.hasReported = false;
    this.sawEnd = event.kind === 'state' && (event.state === 'closed' || event.state === 'failed');
    yield { kind: 'event', event };
  }

  /** Only when it has changed. */
  *place(queue: QueueView): Generator<FeedItem> {
    const text = JSON.stringify(queue);
    if (text === this.lastPlace) return;
    this.lastPlace = text;
    yield { kind: 'queue', queue };
  }
}
