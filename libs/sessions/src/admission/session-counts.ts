import type { SessionState } from '@muster/contracts';
import type { Clock } from '@muster/platform';
import type { Collection, DocumentStore } from '@muster/store';
import { sessionCollection, type SessionDocument } from '../session-document.js';
import type { QueueBook } from './queue-book.js';
import type { ServiceRegistry } from './service-registry.js';

const liveStates = [
  'queued',
  'starting',
  'running',
  'degraded',
  'closing',
  'hibernating',
  'hibernated',
] as const satisfies readonly SessionState[];

type LeaseState = 'held' | 'leaving' | 'ended';

/** How many there are of what: for those who watch the installation. */
export class SessionCounts {
  private readonly sessions: Collection<SessionDocument>;

  constructor(
    store: DocumentStore,
    private readonly registry: ServiceRegistry,
    private readonly book: QueueBook,
    private readonly clock: Clock,
  ) {
    this.sessions = store.collection(sessionCollection);
  }

  /** Of sessions that have not ended. */
  byState(): Promise<{ state: SessionState; sessions: number }[]> {
    return Promise.all(
      liveStates.map(async (state) => ({ state, sessions: await this.sessions.count({ live: true, state }) })),
    );
  }

  /** What the last round of admission saw. */
  get queued(): number {
    return this.book.length;
  }

  /** Since when the oldest waits; 0 when none does. */
  queueAgeMs(): number {
    const lines = this.book.ordered();
    if (lines.length === 0) return 0;
    const oldestMs = lines.reduce((least, { sinceMs }) => Math.min(least, sinceMs), Infinity);
    return Math.max(0, this.clock.nowMs() - oldestMs);
  }

  /** Held by a service that must not act any more. */
  async awaitingTakeover(): Promise<number> {
    const ended = this.registry.leavers().filter((service) => this.registry.hasEnded(service));
    const counts = await Promise.all(
      ended.map(({ instance }) => this.sessions.count({ live: true, holder: instance })),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Session services and relays; states that none is in are told as 0, so that an alert sees them. */
  services(): { service: 'session' | 'relay'; state: LeaseState; services: number }[] {
    const known = this.registry.all().map((service) => ({
      kind: service.kind,
      state: this.registry.hasEnded(service) ? 'ended' : service.leaving ? 'leaving' : 'held',
    }));
    return (['session', 'relay'] as const).flatMap((service) =>
      (['held', 'leaving', 'ended'] as const).map((state) => ({
        service,
        state,
        services: known.filter((each) => each.kind === service && each.state === state).length,
      })),
    );
  }
}
