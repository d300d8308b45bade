import {
  MusterError,
  workloadIdOf,
  type ClientActivity,
  type InstanceId,
  type RedeemAnswer,
  type RedeemAsk,
  type Revocation,
  type RoleView,
  type RouteTable,
  type SessionEventLine,
  type SessionId,
  type TicketAsk,
  type TicketGrant,
  type WorkerReports,
  type WorkerReportsAnswer,
  type WorkerState,
} from '@muster/contracts';
import { Sealing, WorkerTokens } from '@muster/identity';
import { Periodic, type Clock, type OutgoingCalls, type RandomSource, type Tracer } from '@muster/platform';
import type { Collection } from '@muster/store';
import type { SessionDocument } from '../session-document.js';
import { validateMachines } from '../session.machine.js';
import { textOf } from './call-outcome.js';
import { HttpDirectory } from './calls/http-directory.js';
import { HttpLease } from './calls/http-lease.js';
import { HttpNodes } from './calls/http-nodes.js';
import { HttpWorkers } from './calls/http-workers.js';
import type { ServiceCalls } from './calls/service-calls.js';
import { nodeAddress } from './effect-scene.js';
import type { HeldSession } from './held-session.js';
import type { HolderContext } from './holder-context.js';
import type { HoldingMeter } from './holding-meter.js';
import type { HoldingSettings } from './holding-settings.js';
import { LeaseKeeper } from './lease-keeper.js';
import { NodeBook } from './node-book.js';
import type { HolderLog } from './ports.js';
import { SessionFeeds } from './session-feeds.js';
import { SessionHolder } from './session-holder.js';
import { SessionSecrets } from './session-secrets.js';
import { systemStopped } from './step-worker.js';
import { TicketDesk } from './ticket-desk.js';
import { WorkerDoor } from './worker-door.js';

export interface SessionServiceParts {
  instance: InstanceId;
  version: string;
  /** Base address of our internal listener; asked after it is known. */
  internalUrl: () => string;
  sessions: Collection<SessionDocument>;
  installationKey: string;
  services: ServiceCalls;
  outgoing: OutgoingCalls;
  clock: Clock;
  random: RandomSource;
  tracer: Tracer;
  meter: HoldingMeter;
  log: HolderLog;
  settings: HoldingSettings;
  /** See `Host.holdsLock`. */
  holdsLock: boolean;
}

/**
 * A session service: holds the sessions that global session grants to it, from the confirmation to the end, and answers
 * relays, workers and nodes about them. What it knows can be rebuilt: another one takes over when it goes.
 */
export class SessionService {
  readonly door: WorkerDoor;
  private readonly holder: SessionHolder;
  private readonly lease: LeaseKeeper;
  private readonly book: NodeBook;
  private readonly desk: TicketDesk;
  private readonly feeds: SessionFeeds;
  private readonly rounds: Periodic;
  private readonly context: HolderContext;
  private readonly telling = new Set<Promise<void>>();

  constructor(private readonly parts: SessionServiceParts) {
    validateMachines();
    const { clock, random, settings, services, log, instance } = parts;
    const sealing = new Sealing(parts.installationKey);
    const secrets = new SessionSecrets(sealing, random);
    const global = new HttpLease(services);
    const directory = new HttpDirectory(services);
    this.book = new NodeBook({ directory, clock, random, log, onChange: (node) => this.holder.noteNode(node) });
    this.lease = new LeaseKeeper({
      port: global,
      clock,
      log,
      instance,
      version: parts.version,
      capacity: settings.capacity,
      provisioned: settings.provisioned,
      holdsLock: parts.holdsLock,
      address: parts.internalUrl,
      held: () => this.holder.count,
      onLost: () => this.holder.dropAll(),
      onHeld: () => this.rounds.poke(),
    });
    this.context = {
      instance,
      sessions: parts.sessions,
      directory,
      book: this.book,
      lease: this.lease,
      secrets,
      clock,
      random,
      tracer: parts.tracer,
      meter: parts.meter,
      log,
      nodes: new HttpNodes(services),
      workers: new HttpWorkers(parts.outgoing),
      limits: settings.limits,
      reservationMs: settings.reservationMs,
      get address() {
        return `${parts.internalUrl()}/internal/v1/session`;
      },
    };
    this.holder = new SessionHolder({
      context: this.context,
      onReleased: (session) => this.tellReleased(global, session),
    });
    this.desk = new TicketDesk({ clock, random, ...settings.tickets });
    this.door = new WorkerDoor({
      clock,
      secrets,
      tokens: new WorkerTokens(sealing, settings.workerTokenMs),
      ...settings.door,
    });
    this.feeds = new SessionFeeds({ clock, secrets, heartbeatMs: settings.heartbeatMs });
    this.rounds = this.comparing();
  }

  get count(): number {
    return this.holder.count;
  }

  /** Workers of what is held, by state, and what of it may still run although it was given up. */
  workerCounts(): { states: ReadonlyMap<WorkerState, number>; strays: number } {
    const states = new Map<WorkerState, number>();
    let strays = 0;
    for (const { document } of this.holder.all) {
      strays += document.strays?.length ?? 0;
      for (const { state } of Object.values(document.workers)) states.set(state, (states.get(state) ?? 0) + 1);
    }
    return { states, strays };
  }

  /** Rejects when this service could not take a session now. */
  async assertReady(): Promise<void> {
    if (!this.lease.mayAct()) throw new MusterError('not-ready', 'it has no lease of global session');
  }

  start(): void {
    this.book.start();
    this.lease.start();
    this.rounds.start();
  }

  /** A planned hand-over: stops acting, and gives the lease up so that others take over at once. Workers are left alone. */
  async handOver(): Promise<void> {
    await this.lease.leave();
    await this.rounds.stop();
    await this.book.stop();
  }

  /** Ends all sessions, because everything stops; every grace is capped. Then as {@link handOver}. */
  async endAll(): Promise<void> {
    await this.holder.closeAll(systemStopped, this.parts.settings.limits.stopGraceMs + this.parts.settings.stopSlackMs);
    await Promise.all(this.telling);
    await this.handOver();
  }

  require(id: SessionId): Promise<HeldSession> {
    return this.holder.require(id);
  }

  /** See {@link SessionHolder.forWorker}. */
  forWorker<T>(id: SessionId, ask: (session: HeldSession) => Promise<T>): Promise<T> {
    return this.holder.forWorker(id, ask);
  }

  changed(id: SessionId): Promise<void> {
    return this.holder.changed(id);
  }

  async issueTicket(id: SessionId, ask: TicketAsk): Promise<TicketGrant> {
    return this.desk.issue(await this.holder.require(id), ask);
  }

  async redeem(id: SessionId, ask: RedeemAsk): Promise<RedeemAnswer> {
    return this.desk.redeem(await this.holder.require(id), ask);
  }

  async noteActivity(id: SessionId, activity: ClientActivity): Promise<void> {
    const session = await this.holder.require(id);
    if (session.memory.usage.note(activity, this.parts.clock.nowMs())) session.memory.noteUse();
    session.poke();
  }

  noteReports(reports: WorkerReports): WorkerReportsAnswer {
    return this.holder.noteReports(reports);
  }

  async routes(id: SessionId): Promise<AsyncIterable<RouteTable | { heartbeat: true }>> {
    return this.feeds.routes(await this.holder.require(id));
  }

  async events(id: SessionId, afterId: number): Promise<AsyncIterable<SessionEventLine>> {
    return this.feeds.events(await this.holder.require(id), afterId);
  }

  async workers(id: SessionId): Promise<Record<string, RoleView>> {
    const { document } = await this.holder.require(id);
    const views = Object.values(document.workers).map(({ role, state, nodeName: node, incarnation, reason }) => {
      return [role, { state, node, incarnation, ...(reason === null ? {} : { reason }) }] as const;
    });
    return Object.fromEntries(views);
  }

  /** The node's own answer: NDJSON, to be passed on as it is. Throws `unknown-role`, or `not-found` for what was not started. */
  async logs(id: SessionId, role: string, follow: boolean, signal: AbortSignal): Promise<Response> {
    const session = await this.holder.require(id);
    const worker = session.document.workers[role];
    if (worker === undefined) throw new MusterError('unknown-role', `session ${id} has no role ${role}`);
    if (worker.node === null) throw new MusterError('not-found', `${role} has not been started`);
    const workload = workloadIdOf(id, worker.id, worker.incarnation);
    return this.context.nodes.logs(nodeAddress(worker, this.context), workload, { follow }, signal);
  }

  /** A user who lost the account loses the sessions; any revocation makes the tickets void that were taken with it. */
  async revoked(revocation: Revocation): Promise<void> {
    for (const session of this.holder.all) {
      await this.desk.revoke(session, revocation).catch(() => undefined);
    }
    await this.holder.revoked(revocation);
  }

  /** Compares what is held with the database, now and then. */
  private comparing(): Periodic {
    const { clock, random, log, settings } = this.parts;
    return new Periodic({
      name: 'sessions',
      periodMs: settings.reconcileMs,
      clock,
      random,
      run: () => this.holder.reconcile(),
      onError: (error) => log.warn({ reason: textOf(error) }, 'the sessions could not be compared with the database'),
    });
  }

  private tellReleased(global: HttpLease, session: SessionId): void {
    const told = global.released(session).catch((error: unknown) => {
      this.parts.log.warn({ session, reason: textOf(error) }, 'global session was not told; its next round sees it');
    });
    this.telling.add(told);
    void told.finally(() => this.telling.delete(told));
  }
}
