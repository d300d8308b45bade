import { randomBytes } from 'node:crypto';
import type { InstanceId, RegisterAnswer, SessionId, StartOnNode } from '@muster/contracts';
import { Sealing, WorkerTokens } from '@muster/identity';
import { noTracer, type Tracer } from '@muster/platform';
import { FakeClock, MemoryCollection, SeededRandom } from '@muster/testing';
import type { SessionDocument } from '../../session-document.js';
import type { HeldSession } from '../held-session.js';
import type { HolderContext } from '../holder-context.js';
import { NodeBook } from '../node-book.js';
import { SessionFeeds } from '../session-feeds.js';
import { SessionHolder } from '../session-holder.js';
import { SessionSecrets } from '../session-secrets.js';
import { TicketDesk } from '../ticket-desk.js';
import { WorkerDoor } from '../worker-door.js';
import { aGrantedSession, holderA, holderB } from './a-session.js';
import { FakeCluster } from './fake-cluster.js';

/** One session service of the harness. */
export interface HolderUnderTest {
  instance: InstanceId;
  holder: SessionHolder;
  desk: TicketDesk;
  door: WorkerDoor;
  feeds: SessionFeeds;
  lease: { held: boolean };
  released: SessionId[];
}

/** Two session services over one database, one fake cluster and one clock; workers register by themselves unless they are `silent`. */
export class HoldingHarness {
  readonly clock = new FakeClock();
  readonly random = new SeededRandom();
  readonly sessions = new MemoryCollection<SessionDocument>();
  readonly cluster = new FakeCluster('nod_1', 'nod_2');
  readonly registered = new Map<string, RegisterAnswer>();
  readonly failures: unknown[] = [];
  /** What was counted, in order. */
  readonly counted: [string, unknown][] = [];
  /** Phases of starts, with how long each took. */
  readonly reached: [string, number][] = [];
  readonly a: HolderUnderTest;
  readonly b: HolderUnderTest;
  private readonly sealing = new Sealing(randomBytes(32).toString('base64url'));

  constructor(private readonly tracer: Tracer = noTracer) {
    this.a = this.makeHolder(holderA);
    this.b = this.makeHolder(holderB);
    this.cluster.onReports = (reportTo, reports) => this.serviceAt(reportTo).holder.noteReports(reports);
    this.cluster.onStarted = (command) =>
      void this.register(command).catch((error: unknown) => this.failures.push(error));
  }

  /** A session that runs, held by A. */
  static async opened(): Promise<{ test: HoldingHarness; session: HeldSession }> {
    const test = new HoldingHarness();
    await test.granted();
    return { test, session: await test.a.holder.require(test.id) };
  }

  get id(): SessionId {
    return 'ses_1' as SessionId;
  }

  /** The document as it is kept. */
  get document(): SessionDocument {
    const kept = this.sessions.kept.get(this.id);
    if (kept === undefined) throw new TypeError('there is no session');
    return kept;
  }

  /** State, and every role's incarnation and state. */
  get picture(): { state: string; roles: Record<string, string> } {
    const roles = Object.values(this.document.workers).map(({ role, incarnation, state }) => [
      role,
      `${incarnation} ${state}`,
    ]);
    return { state: this.document.state, roles: Object.fromEntries(roles) as Record<string, string> };
  }

  /** Granted to A, and left alone until nothing happens by itself any more. */
  async granted(change: Partial<SessionDocument> = {}): Promise<void> {
    await this.sessions.insert(aGrantedSession(change));
    await this.a.holder.changed(this.id);
    await this.settle();
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) await this.clock.advance(0);
  }

  /** Lets the time pass in small steps, so that what follows from what has its own moment. */
  async pass(ms: number): Promise<void> {
    const steps = Math.min(40, Math.ceil(ms / 250));
    await this.settle();
    for (let step = 0; step < steps; step += 1) await this.clock.advance(ms / steps);
    await this.settle();
  }

  /** Global session gives the session to B; A does not know it yet. */
  takeOver(): void {
    this.sessions.change(this.id, ({ epoch: before, state }) => {
      const epoch = before + 1;
      if (state !== 'queued') return { epoch, holder: holderB, granted: null };
      return { epoch, granted: { holder: holderB, epoch, atMs: this.clock.nowMs() } };
    });
  }

  wish(reason: string): void {
    this.sessions.change(this.id, () => ({ desired: { state: 'closed', reason } }));
  }

  async register(command: StartOnNode): Promise<void> {
    const { role, fence, env } = command;
    const token = env['MUSTER_TOKEN'];
    const conduct = this.cluster.conduct.get(role) ?? 'good';
    if (token === undefined || conduct === 'silent' || conduct === 'exits-at-once') return;
    const { holder, door } = this.serviceAt(env['MUSTER_CONTROL_URL'] ?? '');
    const session = await holder.require(fence.session);
    const node = this.document.workers[role]?.node;
    const answer = await door.register(session, fence.worker, token, {
      address: `http://${node}:4000/${role}`,
      speaks: 'muster.v1',
    });
    this.registered.set(`${role}:${fence.incarnation}`, answer);
  }

  private serviceAt(url: string): HolderUnderTest {
    return url.includes(holderB) ? this.b : this.a;
  }

  private makeHolder(instance: InstanceId): HolderUnderTest {
    const { clock, random, sessions, cluster } = this;
    const lease = { held: true };
    const released: SessionId[] = [];
    const log = { info: () => undefined, warn: (facts: Record<string, unknown>) => void this.failures.push(facts) };
    const secrets = new SessionSecrets(this.sealing, random);
    const book = new NodeBook({ directory: cluster, clock, random, log, onChange: (node) => holder.noteNode(node) });
    const context: HolderContext = {
      instance,
      address: `http://${instance}/internal/v1/session`,
      sessions,
      directory: cluster,
      nodes: cluster,
      workers: cluster,
      book,
      lease: { mayAct: () => lease.held },
      secrets,
      clock,
      random,
      tracer: this.tracer,
      meter: {
        started: (tookMs) => this.counted.push(['started', tookMs]),
        reached: (phase, tookMs) => this.reached.push([phase, tookMs]),
        failed: (reason) => this.counted.push(['failed', reason]),
        restarted: (workers) => this.counted.push(['restarted', workers]),
      },
      log,
      limits: {
        stopGraceMs: 3000,
        warnBeforeMs: 60_000,
        unknownNodeMs: 60_000,
        disconnectGraceMs: 10_000,
        maxRestartPauseMs: 60_000,
      },
      reservationMs: 20_000,
    };
    const holder = new SessionHolder({ context, onReleased: (session) => released.push(session) });
    const desk = new TicketDesk({
      clock,
      random,
      ticketMs: 30_000,
      clientResumeMs: 300_000,
      maxTickets: 3,
      maxClients: 3,
    });
    const tokens = new WorkerTokens(this.sealing, 900_000);
    const door = new WorkerDoor({ clock, tokens, secrets, maxBusyMs: 3_600_000, progressEveryMs: 1000 });
    book.start();
    return {
      instance,
      holder,
      desk,
      door,
      lease,
      released,
      feeds: new SessionFeeds({ clock, secrets, heartbeatMs: 5000 }),
    };
  }
}
