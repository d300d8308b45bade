import type { SessionEvent } from '@muster/contracts';
import type { SessionDocument } from './session-document.js';

/** How many events a session document keeps. */
export const maxStoredEvents = 200;

type Fact = Omit<SessionEvent, 'id' | 'at'>;

/** The members of a document with one more event: the next number, the oldest dropped. */
export function withEvent(
  document: Pick<SessionDocument, 'events' | 'lastEventId'>,
  fact: Fact,
  nowMs: number,
): Pick<SessionDocument, 'events' | 'lastEventId'> {
  const id = document.lastEventId + 1;
  const event: SessionEvent = { id, at: new Date(nowMs).toISOString(), ...fact };
  return { events: [...document.events, event].slice(-maxStoredEvents), lastEventId: id };
}

/** Stored events that a reader who has seen `afterId` has not seen. */
export function eventsAfter(document: Pick<SessionDocument, 'events'>, afterId: number): SessionEvent[] {
  return document.events.filter(({ id }) => id > afterId);
}
