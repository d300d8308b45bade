import type { InstanceId } from '@muster/contracts';
import type { Clock } from '@muster/platform';
import type { Collection, DocumentStore } from '@muster/store';
import { sessionCollection, type SessionDocument } from '../session-document.js';
import type { ServiceRoom } from './admit.js';
import type { ServiceDocument } from './documents.js';
import { FirstSeen } from './first-seen.js';
import { inBatches } from './in-batches.js';
import type { AdmissionMeter } from './ports.js';
import { readAll } from './read-all.js';
import type { RoomBook } from './room-book.js';
import type { ServiceRegistry } from './service-registry.js';
import type { SessionGrants } from './session-grants.js';

export interface TakeoverParts {
  store: DocumentStore;
  registry: ServiceRegistry;
  rooms: RoomBook;
  grants: SessionGrants;
  clock: Clock;
  meter: AdmissionMeter;
  leaseMs: number;
  batchSize: number;
}

/**
 * Gives the sessions of a session service whose lease has ended, or which is leaving, to others, in bounded batches. With
 * nobody to take them they stay as they are until there is one.
 */
export class Takeover {
  private readonly sessions: Collection<SessionDocument>;
  private readonly orphans = new FirstSeen();

  constructor(private readonly parts: TakeoverParts) {
    this.sessions = parts.store.collection(sessionCollection);
  }

  /** Answers how many sessions changed hands. */
  async round(): Promise<number> {
    const { registry } = this.parts;
    let moved = 0;
    for (const service of registry.leavers()) moved += await this.relieve(service);
    for (const service of registry.all()) {
      if (service.kind === 'relay' && registry.hasEnded(service)) await registry.forget(service);
    }
    return moved;
  }

  /** Sessions of services that have left no lease document: taken over when none has appeared for a whole lease. */
  async adoptOrphans(): Promise<number> {
    const { registry, clock, leaseMs } = this.parts;
    const known = new Set(registry.all().flatMap(({ kind, instance }) => (kind === 'session' ? [instance] : [])));
    const held = await readAll(this.sessions, { where: { live: true } });
    const orphaned = held.filter(({ holder }) => holder !== null && !known.has(holder));
    this.orphans.retain(orphaned.map(({ holder }) => holder ?? ''));
    const nowMs = clock.monotonicMs();
    const lost = orphaned.filter(({ holder }) => this.orphans.ageMs(holder ?? '', nowMs) > leaseMs);
    return this.move(lost.slice(0, this.parts.batchSize));
  }

  private async relieve(service: ServiceDocument): Promise<number> {
    const where = { live: true, holder: service.instance };
    const { items } = await this.sessions.find({ where, limit: this.parts.batchSize });
    const { registry } = this.parts;
    if (items.length === 0 && registry.hasEnded(service)) await registry.forget(service);
    return this.move(items);
  }

  private async move(sessions: readonly SessionDocument[]): Promise<number> {
    if (sessions.length === 0) return 0;
    const takers = await this.parts.rooms.free();
    let moved = 0;
    await inBatches(sessions, async (session) => {
      const holder = takeRoomiest(takers);
      if (holder !== undefined && (await this.parts.grants.takeOver(session, holder))) moved += 1;
    });
    this.parts.meter.tookOver(moved);
    return moved;
  }
}

/** Also one that is full: a session without a holder is worse off. */
function takeRoomiest(takers: ServiceRoom[]): InstanceId | undefined {
  const best = takers.reduce<ServiceRoom | undefined>(
    (best, taker) => (best === undefined || taker.free > best.free ? taker : best),
    undefined,
  );
  if (best !== undefined) best.free -= 1;
  return best?.instance;
}
