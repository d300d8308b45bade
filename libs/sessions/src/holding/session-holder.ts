import {
  MusterError,
  type NodeId,
  type Revocation,
  type SessionId,
  type WorkerReports,
  type WorkerReportsAnswer,
} from '@muster/contracts';
import type { Where } from '@muster/store';
import { isEndedBy } from '../ended-user.js';
import type { SessionDocument } from '../session-document.js';
import { textOf } from './call-outcome.js';
import { HeldSession } from './held-session.js';
import type { HolderContext } from './holder-context.js';

export interface SessionHolderOptions {
  context: HolderContext;
  /** Told when a session has ended or went back to the queue, so that its project and its place are free at once. */
  onReleased: (session: SessionId) => void;
}

/**
 * The sessions that this service holds: takes what is granted to it or taken over by it, lets go of what is not its own any
 * more. It looks at no other session, at no ended one, and at none at all while its lease may have ended.
 */
export class SessionHolder {
  private readonly held = new Map<SessionId, HeldSession>();

  constructor(private readonly options: SessionHolderOptions) {}

  get count(): number {
    return this.held.size;
  }

  get all(): HeldSession[] {
    return [...this.held.values()];
  }

  /** Throws `session-ended`, `unknown-session`, or `stale` when another service has it. */
  async require(id: SessionId): Promise<HeldSession> {
    const held = this.held.get(id);
    if (held !== undefined) return held;
    const document = await this.options.context.sessions.get(id);
    if (document === undefined) throw new MusterError('unknown-session', `there is no session ${id}`);
    if (!document.live)
      throw new MusterError('session-ended', `session ${id} has ended: ${document.reason ?? document.state}`);
    return this.take(document) ?? this.refuse(id);
  }

  /**
   * What a worker asks. That its session is not held here, or by nobody just now, is no word about the worker, which ends when it
   * hears `stale`: it gets `not-ready`, and asks again until its holder tells it where to ask.
   */
  async forWorker<T>(id: SessionId, ask: (session: HeldSession) => Promise<T>): Promise<T> {
    try {
      return await ask(await this.require(id));
    } catch (error) {
      if (!isNotHeld(error)) throw error;
      throw new MusterError('not-ready', `session ${id} is not held here now`, { cause: error, retryAfterMs: 1000 });
    }
  }

  /** The document of this session has news. Nothing happens when it is not ours. */
  async changed(id: SessionId): Promise<void> {
    const held = this.held.get(id);
    if (held !== undefined) {
      // It may have been granted to us again, under the next epoch.
      await held.refresh().catch(() => undefined);
      if (this.held.has(id)) return;
    }
    const document = await this.options.context.sessions.get(id);
    if (document?.live === true) this.take(document);
  }

  /** Compares all with the database: what an event should have told and did not. */
  async reconcile(): Promise<void> {
    if (!this.options.context.lease.mayAct()) return;
    const { instance } = this.options.context;
    const documents = [
      ...(await this.find({ live: true, holder: instance })),
      ...(await this.find({ live: true, 'granted.holder': instance })),
    ];
    const found = new Set(documents.map(({ _id }) => _id));
    for (const document of documents) {
      const held = this.held.get(document._id);
      if (held === undefined) this.take(document);
      else if (document.rev > held.document.rev) await held.refresh().catch(() => undefined);
      else held.poke();
    }
    for (const session of this.all) if (!found.has(session.id)) await session.refresh().catch(() => undefined);
  }

  /** What nodes say about workloads. Sessions that are not held are named, so that the node does not wait for us. */
  noteReports({ node, nodeEpoch, reports }: WorkerReports): WorkerReportsAnswer {
    const notHeld = new Set<SessionId>();
    for (const report of reports) {
      const session = this.held.get(report.session);
      if (session === undefined) {
        notHeld.add(report.session);
        continue;
      }
      session.memory.noteReport(report, { node, nodeEpoch }, session.document);
      session.poke();
    }
    return { notHeld: [...notHeld] };
  }

  /** A node's state or address has changed. */
  noteNode(node: NodeId): void {
    for (const session of this.held.values()) {
      const { workers, strays = [] } = session.document;
      const concerned = [...Object.values(workers), ...strays].some((each) => each.node === node);
      if (!concerned) continue;
      // It has no lease that could end: asked once more, so that its silence shows.
      if (this.options.context.book.get(node) === undefined) session.memory.forgetFence(node);
      session.retryNow(`fence:${node}`);
    }
  }

  /** Closes those whose user has lost the account. What cannot be written now is closed by the wish of global session. */
  async revoked(revocation: Revocation): Promise<void> {
    for (const session of this.all.filter(({ document }) => isEndedBy(revocation, document))) {
      await session
        .exclusive(() => session.commit([{ change: 'close', outcome: 'closed', reason: 'revoked' }]))
        .catch(() => undefined);
      session.poke();
    }
  }

  /** Closes all with this reason; resolves when they have ended, or the time is over. */
  async closeAll(reason: string, withinMs: number): Promise<void> {
    const { clock, log } = this.options.context;
    for (const session of this.all) {
      session
        .exclusive(() => session.commit([{ change: 'close', outcome: 'closed', reason }]))
        .then(() => session.poke())
        .catch((error: unknown) =>
          log.warn({ session: session.id, reason: textOf(error) }, 'a session could not be closed'),
        );
    }
    const ended = Promise.all(this.all.map((session) => untilDropped(session)));
    await Promise.race([ended, clock.sleep(withinMs)]);
  }

  /** Lets go of everything at once; workers are left alone. */
  dropAll(): void {
    for (const session of this.all) session.drop();
  }

  private refuse(id: SessionId): never {
    throw new MusterError('stale', `session ${id} is not held by this session service: ask global session who has it`);
  }

  private take(document: SessionDocument): HeldSession | undefined {
    const { instance, lease, log } = this.options.context;
    const known = this.held.get(document._id);
    if (known !== undefined) return known;
    const granted =
      document.state === 'queued' && document.granted?.holder === instance && document.granted.epoch === document.epoch;
    if (!lease.mayAct() || !document.live || !(granted || document.holder === instance)) return undefined;
    const session = new HeldSession(document, this.options.context, (dropped) => this.letGo(dropped));
    this.held.set(document._id, session);
    log.info({ session: session.id, epoch: session.epoch, state: document.state }, 'holds the session');
    session.poke();
    return session;
  }

  private letGo(session: HeldSession): void {
    if (this.held.get(session.id) === session) this.held.delete(session.id);
    const { live, state, reason } = session.document;
    this.options.context.log.info(
      { session: session.id, epoch: session.epoch, state, reason },
      'does not hold the session any more',
    );
    if (!live || state === 'queued') this.options.onReleased(session.id);
  }

  private async find(where: Where): Promise<SessionDocument[]> {
    const found: SessionDocument[] = [];
    let after: string | undefined;
    do {
      const page = await this.options.context.sessions.find({
        where,
        limit: 200,
        ...(after === undefined ? {} : { after }),
      });
      found.push(...page.items);
      after = page.nextCursor;
    } while (after !== undefined);
    return found;
  }
}

/** About an old incarnation `stale` says what was seen instead. */
function isNotHeld(error: unknown): boolean {
  return error instanceof MusterError && error.code === 'stale' && error.extensions['seen'] === undefined;
}

function untilDropped(session: HeldSession): Promise<void> {
  if (session.isDropped) return Promise.resolve();
  return new Promise((resolve) => {
    session.signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
