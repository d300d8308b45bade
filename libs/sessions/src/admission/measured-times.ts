import type { Collection, DocumentStore } from '@muster/store';
import type { Clock } from '@muster/platform';
import { sessionCollection, type SessionDocument } from '../session-document.js';
import type { TypeTimes } from './queue-book.js';

const samples = 50;
const freshMs = 60_000;

/** How long sessions of a type took to start and ran: the middle value of its latest sessions, read again each minute. */
export class MeasuredTimes {
  private readonly sessions: Collection<SessionDocument>;
  private readonly known = new Map<string, { times: TypeTimes; atMs: number }>();

  constructor(
    store: DocumentStore,
    private readonly clock: Clock,
  ) {
    this.sessions = store.collection(sessionCollection);
  }

  async of(types: Iterable<string>): Promise<Map<string, TypeTimes>> {
    const found = new Map<string, TypeTimes>();
    for (const type of new Set(types)) found.set(type, await this.ofType(type));
    return found;
  }

  private async ofType(type: string): Promise<TypeTimes> {
    const nowMs = this.clock.monotonicMs();
    const known = this.known.get(type);
    const isKnown = known !== undefined && (known.times.startMs !== null || nowMs - known.atMs < freshMs / 10);
    if (isKnown && nowMs - known.atMs < freshMs) return known.times;
    const { items } = await this.sessions.find({
      where: { type },
      sort: [{ field: 'createdAtMs', direction: 'descending' }],
      limit: samples,
    });
    const times = timesOf(items);
    this.known.set(type, { times, atMs: nowMs });
    return times;
  }
}

export function timesOf(
  sessions: readonly Pick<SessionDocument, 'timeline' | 'startedAtMs' | 'endedAtMs'>[],
): TypeTimes {
  const starts = sessions.flatMap(({ timeline }) => between(timeline.planned, timeline.running));
  const runs = sessions.flatMap(({ startedAtMs, endedAtMs }) => between(startedAtMs, endedAtMs));
  return { startMs: middleOf(starts), runMs: middleOf(runs) };
}

function between(fromMs: number | null | undefined, untilMs: number | null | undefined): number[] {
  return fromMs == null || untilMs == null ? [] : [Math.max(0, untilMs - fromMs)];
}

function middleOf(values: number[]): number | null {
  return values.sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? null;
}
