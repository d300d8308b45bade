import type { InstanceId, RenewLease } from '@muster/contracts';
import type { Clock } from '@muster/platform';
import { DuplicateKey, updateDocument, type Collection, type DocumentStore } from '@muster/store';
import { readAll } from './read-all.js';
import { serviceCollection, type ServiceDocument } from './documents.js';
import { LeaseBook } from './lease-book.js';

/**
 * The session services and relays that run, by their lease documents. Every replica of global session observes all leases on
 * its own clock; a renewal that it serves itself counts at once.
 */
export class ServiceRegistry {
  private readonly services: Collection<ServiceDocument>;
  private readonly book: LeaseBook;
  private known = new Map<string, ServiceDocument>();
  /** Lease -> its revision when the service could not be reached. */
  private readonly suspects = new Map<string, number>();

  constructor(
    store: DocumentStore,
    private readonly clock: Clock,
    leaseMs: number,
    /** Our own process, where it holds the lock of the installation: nobody else who ever held it lives. */
    private readonly lockHolder?: InstanceId,
  ) {
    this.services = store.collection(serviceCollection);
    this.book = new LeaseBook(leaseMs);
  }

  /** Registers, or renews the lease. `moves`: it has come or leaves. `hasRoom`: it has more room than before. */
  async renew(ask: RenewLease): Promise<{ service: ServiceDocument; moves: boolean; hasRoom: boolean }> {
    const before = this.known.get(leaseIdOf(ask));
    const service = await this.write(ask);
    this.known.set(service._id, service);
    this.book.see(service, this.clock.monotonicMs());
    const moves = before === undefined || before.leaving !== service.leaving;
    return { service, moves, hasRoom: before !== undefined && service.held < before.held };
  }

  /** Reads all leases. Called every period. */
  async observe(): Promise<void> {
    const documents = await readAll(this.services, {});
    this.known = new Map(documents.map((document) => [document._id, document]));
    this.book.observe(documents, this.clock.monotonicMs());
  }

  /** A session service whose lease holds, leaving or not. */
  alive(instance: InstanceId): ServiceDocument | undefined {
    const service = this.known.get(leaseIdOf({ kind: 'session', instance }));
    return service === undefined || this.hasEnded(service) ? undefined : service;
  }

  all(): ServiceDocument[] {
    return [...this.known.values()];
  }

  ageMs(service: ServiceDocument): number {
    return this.book.ageMs(service._id, this.clock.monotonicMs()) ?? 0;
  }

  hasEnded(service: ServiceDocument): boolean {
    const { lockHolder } = this;
    if (lockHolder !== undefined && service.holdsLock === true && service.instance !== lockHolder) return true;
    return this.book.hasEnded(service._id);
  }

  /** It cannot be reached: gets nothing new until it renews its lease. */
  suspect(instance: InstanceId): void {
    const service = this.known.get(leaseIdOf({ kind: 'session', instance }));
    if (service !== undefined) this.suspects.set(service._id, service.rev);
  }

  /** Session services that may be given sessions. */
  takers(): ServiceDocument[] {
    return this.all().filter(
      (service) =>
        service.kind === 'session' &&
        !service.leaving &&
        !this.hasEnded(service) &&
        this.suspects.get(service._id) !== service.rev,
    );
  }

  /** Session services that have to be relieved of their sessions: leaving, or their lease has ended. */
  leavers(): ServiceDocument[] {
    return this.all().filter((service) => service.kind === 'session' && (service.leaving || this.hasEnded(service)));
  }

  /** Removes a lease that has ended, unless it was renewed meanwhile. */
  async forget(service: ServiceDocument): Promise<void> {
    this.suspects.delete(service._id);
    if (await this.services.remove(service._id, service.rev)) this.known.delete(service._id);
  }

  private async write(ask: RenewLease): Promise<ServiceDocument> {
    const facts = factsOf(ask);
    // Who leaves does not come back: a renewal without that word was sent before, and overtaken.
    const renewed = await updateDocument(this.services, leaseIdOf(ask), (current) => ({
      ...current,
      ...facts,
      leaving: current.leaving || facts.leaving,
    }));
    if (renewed !== undefined) return renewed;
    try {
      return await this.services.insert({
        _id: leaseIdOf(ask),
        version: 1,
        registeredAtMs: this.clock.nowMs(),
        ...facts,
      });
    } catch (error) {
      if (error instanceof DuplicateKey) return this.write(ask);
      throw error;
    }
  }
}

function factsOf(ask: RenewLease): Omit<ServiceDocument, '_id' | 'rev' | 'version' | 'registeredAtMs'> {
  const { kind, instance, address, version, capacity = 0, held = 0, leaving = false, provisioned = false } = ask;
  const { holdsLock = false } = ask;
  return { kind, instance, address, serviceVersion: version, capacity, held, leaving, provisioned, holdsLock };
}

function leaseIdOf({ kind, instance }: Pick<ServiceDocument, 'kind' | 'instance'>): string {
  return `${kind}/${instance}`;
}
