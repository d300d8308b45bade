import { MusterError, type ServiceView, type SystemView } from '@muster/contracts';
import type { Collection, DocumentStore } from '@muster/store';
import { sessionCollection, type SessionDocument } from '../session-document.js';
import type { AdmissionCalls } from './calls.js';
import {
  ledgerCollection,
  lockCollection,
  provisioningCollection,
  provisioningId,
  type LedgerDocument,
  type LockDocument,
  type ProvisioningDocument,
  type ServiceDocument,
} from './documents.js';
import type { QueueBook } from './queue-book.js';
import type { RoomBook } from './room-book.js';
import type { ServiceRegistry } from './service-registry.js';
import { withoutSecrets } from './without-secrets.js';

export interface SystemReportParts {
  store: DocumentStore;
  version: string;
  instance: string;
  registry: ServiceRegistry;
  rooms: RoomBook;
  book: QueueBook;
  calls: Pick<AdmissionCalls, 'addressesOf' | 'toAddress'>;
}

/** A probe that takes longer says nothing good. */
const probeDeadlineMs = 2000;
const mostDocuments = 1000;

/** What an operator sees of the installation: its services and their health, without addresses; or everything, without secrets. */
export class SystemReport {
  private readonly sessions: Collection<SessionDocument>;
  private readonly ledgers: Collection<LedgerDocument>;
  private readonly locks: Collection<LockDocument>;
  private readonly provisioning: Collection<ProvisioningDocument>;

  constructor(private readonly parts: SystemReportParts) {
    const { store } = parts;
    this.sessions = store.collection(sessionCollection);
    this.ledgers = store.collection(ledgerCollection);
    this.locks = store.collection(lockCollection);
    this.provisioning = store.collection(provisioningCollection);
  }

  async view(): Promise<SystemView> {
    const configured = (['auth', 'global-session', 'global-directory'] as const).flatMap((service) =>
      this.parts.calls.addressesOf(service).map(async (address) => ({ service, ...(await this.probe(address)) })),
    );
    const leased = this.parts.registry.all().map((service) => this.leased(service));
    const [services, sessionsLive, sessionsQueued, provisioning] = await Promise.all([
      Promise.all([...configured, ...leased]),
      this.sessions.count({ live: true }),
      this.sessions.count({ live: true, state: 'queued' }),
      this.provisioning.get(provisioningId),
    ]);
    const furtherSessionServices = provisioning?.further ?? 0;
    return { version: this.parts.version, services, sessionsLive, sessionsQueued, furtherSessionServices };
  }

  /** Bounded: at most 1000 documents of each kind. */
  async debug(): Promise<Record<string, unknown>> {
    const page = { limit: mostDocuments };
    const [live, ledgers, locks, provisioning] = await Promise.all([
      this.sessions.find({ where: { live: true }, ...page }),
      this.ledgers.find(page),
      this.locks.find(page),
      this.provisioning.get(provisioningId),
    ]);
    const services = this.parts.registry.all().map((service) => ({
      ...service,
      leaseAgeMs: Math.round(this.parts.registry.ageMs(service)),
      leaseEnded: this.parts.registry.hasEnded(service),
    }));
    const { instance, version, book } = this.parts;
    const state = { instance, version, services, provisioning: provisioning ?? null, queue: book.ordered() };
    return withoutSecrets({ ...state, sessions: live.items, ledgers: ledgers.items, locks: locks.items });
  }

  private async leased(service: ServiceDocument): Promise<ServiceView> {
    const { registry, rooms } = this.parts;
    const hasEnded = registry.hasEnded(service);
    const probe = hasEnded ? { state: 'lease-ended' as const } : await this.probe(service.address);
    const isSession = service.kind === 'session';
    return {
      service: service.kind,
      instance: service.instance,
      version: service.serviceVersion,
      leaseAgeMs: Math.round(registry.ageMs(service)),
      ...(isSession
        ? { held: service.held, capacity: service.capacity, draining: rooms.isDraining(service.instance) }
        : {}),
      ...probe,
      ...(service.leaving && !hasEnded ? { state: 'leaving' as const } : {}),
    };
  }

  private async probe(address: string): Promise<Pick<ServiceView, 'state' | 'health'>> {
    try {
      const path = '/health/ready';
      const health = await this.parts.calls.toAddress<{ details?: Record<string, unknown> }>(address, {
        method: 'GET',
        path,
        deadlineMs: probeDeadlineMs,
      });
      return { state: 'ready', health: health.details ?? {} };
    } catch (error) {
      const details =
        error instanceof MusterError ? (error.extensions['details'] as Record<string, unknown> | undefined) : undefined;
      return details === undefined ? { state: 'unreachable' } : { state: 'not-ready', health: details };
    }
  }
}
