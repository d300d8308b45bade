import type { InstanceId } from '@muster/contracts';
import type { Collection, DocumentStore } from '@muster/store';
import { sessionCollection, type SessionDocument } from '../session-document.js';
import type { ServiceRoom } from './admit.js';
import type { ServiceDocument } from './documents.js';
import type { ServiceRegistry } from './service-registry.js';

export interface ServiceLoad {
  service: ServiceDocument;
  /** Sessions it holds or was granted, by the documents: never behind, unlike what it reported. */
  sessions: number;
}

/** How much room the session services have, counted from the session documents. */
export class RoomBook {
  private readonly sessions: Collection<SessionDocument>;
  private loads: ServiceLoad[] = [];
  private drained = new Set<InstanceId>();

  constructor(
    store: DocumentStore,
    private readonly registry: ServiceRegistry,
  ) {
    this.sessions = store.collection(sessionCollection);
  }

  /** Counts anew. */
  async count(): Promise<ServiceLoad[]> {
    const services = this.registry.all().filter(({ kind }) => kind === 'session');
    this.loads = await Promise.all(
      services.map(async (service) => ({ service, sessions: await this.countOf(service.instance) })),
    );
    return this.loads;
  }

  /** These get no new sessions. */
  markDraining(instances: readonly InstanceId[]): void {
    this.drained = new Set(instances);
  }

  isDraining(instance: InstanceId): boolean {
    return this.drained.has(instance);
  }

  /** Session services that may be given sessions, with what they can still hold. */
  async free(): Promise<ServiceRoom[]> {
    await this.count();
    const takers = new Set(this.registry.takers().map(({ instance }) => instance));
    return this.loads
      .filter(({ service }) => takers.has(service.instance) && !this.drained.has(service.instance))
      .map(({ service, sessions }) => ({ instance: service.instance, free: service.capacity - sessions }));
  }

  /** All sessions that are held or granted, at the last count. */
  heldSessions(): number {
    return this.loads.reduce((sum, { sessions }) => sum + sessions, 0);
  }

  private async countOf(instance: InstanceId): Promise<number> {
    const held = await this.sessions.count({ live: true, holder: instance });
    return held + (await this.sessions.count({ live: true, 'granted.holder': instance }));
  }
}
