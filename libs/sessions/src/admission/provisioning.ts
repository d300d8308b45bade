import type { Clock } from '@muster/platform';
import { DuplicateKey, RevisionConflict, type Collection, type DocumentStore } from '@muster/store';
import { provisioningCollection, provisioningId, type ProvisioningDocument } from './documents.js';
import { FirstSeen } from './first-seen.js';
import type { Directory } from './ports.js';
import { planProvisioning, type ProvisioningPlan, type RunningService } from './provisioning-plan.js';
import type { RoomBook, ServiceLoad } from './room-book.js';
import type { ServiceRegistry } from './service-registry.js';
import type { ProvisioningSettings } from './settings.js';

export interface ProvisioningParts {
  store: DocumentStore;
  registry: ServiceRegistry;
  rooms: RoomBook;
  directory: Pick<Directory, 'wish'>;
  clock: Clock;
  settings: ProvisioningSettings;
  /** Services that run already get so long to register before a further one is asked for. */
  leaseMs: number;
}

/** Keeps the wanted number of session services in the database and tells the global directory, again and again. */
export class Provisioning {
  private readonly documents: Collection<ProvisioningDocument>;
  private readonly idle = new FirstSeen();
  private beganAtMs: number | undefined;

  constructor(private readonly parts: ProvisioningParts) {
    this.documents = parts.store.collection(provisioningCollection);
  }

  /** Rejects with MusterError when the directory does not hear the wish; the next round repeats it. */
  async round(): Promise<void> {
    const running = this.runningOf(await this.parts.rooms.count());
    const { further, draining } = await this.decide(running);
    this.parts.rooms.markDraining(draining);
    const stop = running.filter(({ instance, sessions }) => sessions === 0 && draining.includes(instance));
    await this.parts.directory.wish({ further, stop: stop.map(({ instance }) => instance) });
  }

  private async decide(running: readonly RunningService[]): Promise<ProvisioningPlan> {
    const kept = await this.read();
    const { clock, leaseMs } = this.parts;
    this.beganAtMs ??= clock.monotonicMs();
    if (clock.monotonicMs() - this.beganAtMs < leaseMs) return kept;
    const { further, draining } = planProvisioning(running, kept, this.parts.settings);
    if (further === kept.further && draining.join() === kept.draining.join()) return kept;
    try {
      return await this.documents.replace({ ...kept, further, draining });
    } catch (error) {
      if (error instanceof RevisionConflict) return this.read();
      throw error;
    }
  }

  private async read(): Promise<ProvisioningDocument> {
    const kept = await this.documents.get(provisioningId);
    if (kept !== undefined) return kept;
    try {
      return await this.documents.insert({ _id: provisioningId, version: 1, further: 0, draining: [] });
    } catch (error) {
      if (error instanceof DuplicateKey) return this.read();
      throw error;
    }
  }

  private runningOf(loads: readonly ServiceLoad[]): RunningService[] {
    const nowMs = this.parts.clock.monotonicMs();
    const takers = new Set(this.parts.registry.takers().map(({ instance }) => instance));
    const running = loads.filter(({ service }) => takers.has(service.instance));
    this.idle.retain(running.filter(({ sessions }) => sessions === 0).map(({ service }) => service.instance));
    return running.map(({ service, sessions }) => ({
      instance: service.instance,
      sessions,
      capacity: service.capacity,
      provisioned: service.provisioned,
      idleMs: sessions === 0 ? this.idle.ageMs(service.instance, nowMs) : 0,
    }));
  }
}
