import {
  MusterError,
  type CreateSession,
  type HolderView,
  type InstanceId,
  type RenewLease,
  type RenewLeaseAnswer,
  type Revocation,
  type SessionId,
  type SessionView,
} from '@muster/contracts';
import type { Catalogue } from '@muster/catalogue';
import type { UserPrincipal } from '@muster/identity';
import { Periodic, type Clock, type RandomSource, type Tracer } from '@muster/platform';
import type { DocumentStore } from '@muster/store';
import { AdmissionQueue } from './admission-queue.js';
import { CatalogueEntries } from './catalogue-entries.js';
import { EventFeed } from './event-feed.js';
import { Ledger } from './ledger.js';
import { MeasuredTimes } from './measured-times.js';
import type { AdmissionMeter, Directory, Holders, Report } from './ports.js';
import { ProjectLocks } from './project-locks.js';
import { Provisioning } from './provisioning.js';
import { QueueBook } from './queue-book.js';
import { reconcile } from './reconcile.js';
import { RoomBook } from './room-book.js';
import { ServiceRegistry } from './service-registry.js';
import { SessionCounts } from './session-counts.js';
import { SessionCreation } from './session-creation.js';
import { SessionDoor } from './session-door.js';
import { SessionEnds } from './session-ends.js';
import { SessionGrants } from './session-grants.js';
import { SessionQueries } from './session-queries.js';
import { SessionSignals } from './session-signals.js';
import type { AdmissionSettings } from './settings.js';
import { SystemStop } from './system-stop.js';
import { Takeover } from './takeover.js';
import { UserEnd } from './user-end.js';

export interface GlobalSessionParts {
  store: DocumentStore;
  files: Catalogue;
  directory: Directory;
  holders: Holders;
  clock: Clock;
  random: RandomSource;
  tracer: Tracer;
  meter: AdmissionMeter;
  report: Report;
  publicUrl: () => string;
  settings: AdmissionSettings;
  /** This process's instance, where it holds the lock of the installation (`Host.holdsLock`). */
  lockHolder?: InstanceId;
}

/**
 * Global session: takes sessions in, lets them wait in order, gives them to session services, and takes them away from those
 * that are gone. Keeps nothing that the database does not have; any number of replicas may run.
 */
export class GlobalSession {
  readonly catalogue: CatalogueEntries;
  readonly queries: SessionQueries;
  readonly door: SessionDoor;
  readonly feed: EventFeed;
  readonly registry: ServiceRegistry;
  readonly rooms: RoomBook;
  readonly book = new QueueBook();
  readonly ends: SessionEnds;
  readonly counts: SessionCounts;
  private readonly creation: SessionCreation;
  private readonly admission: AdmissionQueue;
  private readonly takeover: Takeover;
  private readonly provisioning: Provisioning;
  private readonly locks: ProjectLocks;
  private readonly ledger: Ledger;
  private readonly stopper: SystemStop;
  private readonly userEnd: UserEnd;
  private readonly leases: Periodic;
  private readonly admissions: Periodic;
  private readonly wishes: Periodic;
  private readonly reaper: Periodic;
  private runs = false;

  constructor(private readonly parts: GlobalSessionParts) {
    const { store, clock, settings, directory } = parts;
    const signals = new SessionSignals(clock);
    this.registry = new ServiceRegistry(store, clock, settings.leaseMs, parts.lockHolder);
    this.rooms = new RoomBook(store, this.registry);
    this.locks = new ProjectLocks(store);
    this.ledger = new Ledger(store, settings.limits);
    const shared = {
      ...parts,
      registry: this.registry,
      rooms: this.rooms,
      locks: this.locks,
      ledger: this.ledger,
      signals,
      book: this.book,
    };
    this.catalogue = new CatalogueEntries(shared);
    this.ends = new SessionEnds(shared);
    const onTakenBack = (): void => this.look();
    const grants = new SessionGrants({
      ...shared,
      ends: this.ends,
      grantConfirmMs: settings.grantConfirmMs,
      onTakenBack,
    });
    this.admission = new AdmissionQueue({ ...shared, grants, times: new MeasuredTimes(store, clock) });
    this.creation = new SessionCreation({ ...shared, catalogue: this.catalogue });
    this.takeover = new Takeover({ ...shared, grants, leaseMs: settings.leaseMs, batchSize: settings.batchSize });
    this.provisioning = new Provisioning({
      ...shared,
      directory,
      settings: settings.provisioning,
      leaseMs: settings.leaseMs,
    });
    this.queries = new SessionQueries(store, this.book, clock);
    this.counts = new SessionCounts(store, this.registry, this.book, clock);
    this.door = new SessionDoor({ ...shared, queries: this.queries });
    this.feed = new EventFeed({ ...shared, pollMs: settings.eventPollMs });
    this.stopper = new SystemStop(store, this.ends, clock);
    this.userEnd = new UserEnd(store, this.ends);
    // Often enough that a look which comes late is still far from looking away for half a lease.
    const roundMs = Math.min(settings.periodMs, settings.leaseMs / 8);
    this.leases = this.periodic('the look at leases', roundMs, () => this.lookAtLeases());
    this.admissions = this.periodic('admission', settings.periodMs, (signal) => this.admit(signal));
    this.wishes = this.periodic('provisioning', settings.periodMs * 2, () => this.provisioning.round());
    this.reaper = this.periodic('reconcile', settings.reconcilePeriodMs, () => reconcile(this.reconciled()));
  }

  start(): void {
    this.runs = true;
    this.leases.start();
    this.admissions.start();
    this.wishes.start();
    this.reaper.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.leases.stop(), this.admissions.stop(), this.wishes.stop(), this.reaper.stop()]);
  }

  /** One look at leases and queue: what the periods repeat. */
  async round(): Promise<void> {
    await this.lookAtLeases();
    await this.admit();
  }

  /** As the period repeats it. */
  reconcileNow(): Promise<void> {
    return reconcile(this.reconciled());
  }

  async create(user: UserPrincipal, request: CreateSession, key?: string): Promise<SessionView> {
    if (this.stopper.isStopping) throw new MusterError('not-ready', 'the installation is stopping');
    const made = await this.creation.create(user, request, key);
    const session = await this.userEnd.settleMade(user, made);
    this.look();
    return this.queries.view(session);
  }

  async close(user: UserPrincipal, id: string): Promise<SessionView> {
    const { _id, owner } = await this.queries.writable(user, id);
    const reason = owner === user.userId ? 'client' : 'admin';
    return this.queries.view(await this.ends.close(_id, { reason, by: user.userId }));
  }

  /** Registers a service or renews its lease. */
  async renew(ask: RenewLease): Promise<RenewLeaseAnswer> {
    const { service, moves, hasRoom } = await this.registry.renew(ask);
    if (moves || hasRoom) this.lookAgain();
    // The next step of provisioning waits for services to come and to go.
    if (moves && this.runs) this.wishes.poke();
    return {
      leaseMs: this.parts.settings.leaseMs,
      drain: service.kind === 'session' && this.rooms.isDraining(service.instance),
    };
  }

  /** Told by its holder: the session has ended, or is back in the queue. */
  async released(id: SessionId): Promise<void> {
    await this.ends.settle(await this.queries.get(id));
    this.lookAgain();
  }

  async holder(id: SessionId): Promise<HolderView> {
    const { session, holder } = await this.door.holderFor(id);
    const { owner, state, epoch } = session;
    const known = holder === undefined ? {} : { holder: { instance: holder.instance, address: holder.address } };
    return { session: id, owner, state, epoch, ...known };
  }

  /** Sessions of a user who was disabled or removed are closed. */
  revoked(revocation: Revocation): void {
    if (this.userEnd.note(revocation)) this.look();
  }

  /** Closes all sessions, because the whole installation stops; answers how many still live at the deadline. */
  async stopSystem(deadlineMs: number): Promise<number> {
    return this.stopper.stop(deadlineMs);
  }

  private lookAgain(): void {
    this.admission.endPauses();
    this.look();
  }

  private look(): void {
    if (!this.runs) return;
    this.leases.poke();
    this.admissions.poke();
  }

  /** By itself: it must not wait for a directory that does not answer, as admission may. */
  private async lookAtLeases(): Promise<void> {
    await this.registry.observe();
    await this.userEnd.round();
    await this.takeover.round();
  }

  private async admit(signal?: AbortSignal): Promise<void> {
    if (this.stopper.isStopping) return;
    await this.registry.observe();
    await this.admission.round(signal);
  }

  private reconciled(): Parameters<typeof reconcile>[0] {
    return { locks: this.locks, ledger: this.ledger, takeover: this.takeover };
  }

  private periodic(name: string, periodMs: number, run: (signal: AbortSignal) => Promise<void>): Periodic {
    const { clock, random, report } = this.parts;
    return new Periodic({
      name,
      periodMs,
      run,
      clock,
      random,
      onError: (error) => report(`${name} failed; it is repeated`, error),
    });
  }
}
