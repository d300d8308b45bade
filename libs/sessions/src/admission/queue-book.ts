import type { QueueView, SessionId, UserId } from '@muster/contracts';
import { orderQueue, type QueuedSession } from './queue-order.js';

export interface QueueLine extends QueuedSession {
  type: string;
  explanation: string | null;
}

/** Measured times of sessions of one type, in ms; null = nothing was measured yet. */
export interface TypeTimes {
  /** From grant to running. */
  startMs: number | null;
  /** From running to the end. */
  runMs: number | null;
}

export interface QueueFacts {
  lines: readonly QueueLine[];
  held: ReadonlyMap<UserId, number>;
  /** Sessions that run or start now. */
  running: number;
  times: ReadonlyMap<string, TypeTimes>;
}

const nothing: QueueFacts = { lines: [], held: new Map(), running: 0, times: new Map() };

/** The queue as the last round of admission saw it: places, estimates and explanations for whoever looks. */
export class QueueBook {
  private facts = nothing;
  private order: QueueLine[] = [];
  private places = new Map<SessionId, number>();

  /** Answers the sessions whose place has changed. */
  update(facts: QueueFacts): SessionId[] {
    const before = this.places;
    this.facts = facts;
    this.order = orderQueue(facts.lines, facts.held);
    this.places = new Map(this.order.map(({ id }, index) => [id, index + 1]));
    return [...this.places].filter(([id, place]) => before.get(id) !== place).map(([id]) => id);
  }

  /** Place and estimate of a session; also of one that came after the last round. */
  view(session: QueueLine): QueueView {
    const place = this.places.get(session.id) ?? this.placeOf(session);
    const { explanation } = session;
    return {
      place,
      estimatedStartMs: estimateStartMs(place, this.facts.running, this.facts.times.get(session.type)),
      ...(explanation === null ? {} : { explanation }),
    };
  }

  get length(): number {
    return this.order.length;
  }

  ordered(): readonly QueueLine[] {
    return this.order;
  }

  private placeOf(session: QueueLine): number {
    const order = orderQueue([...this.facts.lines, session], this.facts.held);
    return order.findIndex(({ id }) => id === session.id) + 1;
  }
}

/**
 * When a session at this place will run, from now. What runs ends evenly spread over its measured time, and each end lets one
 * in; with nothing running only the start itself takes time. Null when nothing was measured.
 */
export function estimateStartMs(place: number, running: number, times: TypeTimes | undefined): number | null {
  if (times === undefined || times.startMs === null) return null;
  if (running === 0) return Math.round(times.startMs);
  return times.runMs === null ? null : Math.round(times.startMs + (times.runMs * place) / running);
}
