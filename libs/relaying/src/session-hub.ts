import {
  closeCodes,
  type Frame,
  type HelloFrame,
  type HolderView,
  MusterError,
  type RequestFrame,
  type RouteTable,
  type SessionId,
  type WelcomeFrame,
} from '@muster/contracts';
import { encodeText } from '@muster/relay';
import { ActivityReporter } from './activity-reporter.js';
import type { ClientConnection } from './client-connection.js';
import type { Closing } from './closing.js';
import { Member } from './member.js';
import type { RelayParts } from './ports.js';
import { RouteFollower } from './route-follower.js';
import { isOlder, newsBetween, peersOf, sortStreams } from './route-news.js';
import type { ClientFrame } from './worker-link.js';
import { WorkerLinks } from './worker-links.js';

interface SessionHubOptions {
  view: HolderView;
  parts: RelayParts;
  /** Called once; the hub is closed then. */
  onEmpty(): void;
}

/** One session with clients on this relay: its routes, its workers' links and its clients. Ends a while after its last client. */
export class SessionHub {
  readonly session: SessionId;
  readonly #parts: RelayParts;
  readonly #members = new Map<string, Member>();
  readonly #links: WorkerLinks;
  readonly #follower: RouteFollower;
  readonly #reporter: ActivityReporter;
  readonly #firstTable = Promise.withResolvers<void>();
  #table: RouteTable | undefined;
  #cancelLinger: (() => void) | undefined;
  #joining = 0;
  /** How it was closed. */
  #closing: Closing | undefined;

  constructor(private readonly options: SessionHubOptions) {
    const { view, parts } = options;
    this.session = view.session;
    this.#parts = parts;
    this.#links = new WorkerLinks(parts);
    const { session } = this;
    this.#follower = new RouteFollower({
      session,
      parts,
      onTable: (table) => this.#take(table),
      onEnded: () => this.#end(),
    });
    this.#reporter = new ActivityReporter({
      session,
      parts,
      holder: () => this.#follower.holder,
      clients: () => this.#connections().length,
    });
    this.#follower.start(view);
  }

  /** Resolves when the client was welcomed; undefined when it was closed before. */
  async join(connection: ClientConnection, hello: HelloFrame): Promise<Member | undefined> {
    this.#joining += 1;
    this.#cancelLinger?.();
    try {
      await Promise.race([this.#firstTable.promise, connection.ended]);
      // The first table may have been the last.
      if (this.#closing !== undefined) connection.close(this.#closing);
      if (!connection.isOpen || this.#table === undefined) return undefined;
      return this.#welcome(connection, hello, this.#table);
    } finally {
      this.#joining -= 1;
      this.#lingerIfEmpty();
    }
  }

  left(member: Member, connection: ClientConnection, isForGood: boolean): void {
    if (member.connection !== connection) return;
    if (isForGood) {
      this.#forget(member);
    } else {
      this.#links.away(member);
      member.connection = undefined;
      member.cancelForget = this.#parts.clock.after(this.#parts.settings.clientResumeMs, () => this.#forget(member));
    }
    this.#reporter.changed();
  }

  receive(member: Member, frame: ClientFrame): void {
    this.#reporter.traffic();
    const role = frame.kind === 'data' ? frame.head.role : frame.role;
    const incarnation = frame.kind === 'data' ? frame.head.incarnation : frame.incarnation;
    const link = this.#links.get(role);
    if (link?.incarnation === incarnation) {
      if (frame.kind === 'ack') member.acknowledged(role, frame.frame);
      return link.take(member, frame);
    }
    if (frame.kind === 'data' && frame.head.kind === 'req')
      this.#refuse(member, { role, incarnation, id: frame.head.id ?? '' });
  }

  /** The relay leaves, or the session has ended. */
  close(closing: Closing): void {
    this.#closing ??= closing;
    this.#follower.stop();
    this.#cancelLinger?.();
    this.#firstTable.resolve();
    void this.#reporter.stop();
    for (const connection of this.#connections()) connection.close(closing);
    for (const member of this.#members.values()) member.cancelForget?.();
    this.#members.clear();
    this.#links.close();
  }

  #connections(): ClientConnection[] {
    return [...this.#members.values()].flatMap(({ connection }) => connection ?? []);
  }

  #welcome(connection: ClientConnection, hello: HelloFrame, table: RouteTable): Member {
    const member = this.#memberOf(hello.clientId);
    // The same client came back before its old connection was known to be lost.
    const replaced = member.connection;
    if (replaced !== undefined) this.#links.away(member);
    member.arrive(connection, hello);
    replaced?.close(closeCodes.normal);
    const { resumed, fresh } = sortStreams(
      hello,
      table.routes,
      ({ role, speaks }, known) => this.#links.get(role)?.canResume(member, known) ?? speaks === 'stream',
    );
    for (const { role } of fresh) {
      member.begin(role);
      this.#links.get(role)?.gone(member);
    }
    const { windowBytes, heartbeatMs, maxFrameBytes } = this.#parts.settings;
    const welcome: WelcomeFrame = {
      kind: 'welcome',
      sessionId: this.session,
      state: table.state,
      peers: peersOf(table),
      resumed,
      fresh,
      credit: windowBytes,
      heartbeatMs,
      maxFrameBytes,
    };
    connection.send(encodeText(welcome));
    this.#links.here(member);
    this.#reporter.changed();
    return member;
  }

  #memberOf(id: string): Member {
    const known = this.#members.get(id);
    if (known !== undefined) return known;
    const member = new Member(id, this.#parts.settings.windowBytes);
    this.#members.set(id, member);
    return member;
  }

  #take(table: RouteTable): void {
    if (isOlder(table, this.#table)) return;
    const news = newsBetween(this.#table, table);
    this.#table = table;
    // News first: a client must know of a new incarnation before frames of it come.
    for (const frame of news) this.#tellAll(frame);
    const links = this.#links.follow(table);
    for (const member of this.#members.values())
      for (const link of links) if (member.connection !== undefined) link.here(member);
    this.#firstTable.resolve();
  }

  #tellAll(frame: Frame & { kind: 'event' }): void {
    const text = encodeText(frame);
    for (const member of this.#members.values()) member.send(text);
  }

  /** A request for a stream that does not exist. What waits for a worker to come (back) is repeated by the client then. */
  #refuse(member: Member, { role, incarnation, id }: Pick<RequestFrame, 'role' | 'incarnation' | 'id'>): void {
    const route = this.#table?.routes.find((each) => each.role === role);
    if (route !== undefined && incarnation >= route.incarnation) return;
    const problem = (
      route === undefined
        ? new MusterError('unknown-role', `the session has no role ${role}`)
        : new MusterError('worker-restarted', `${role} is at incarnation ${route.incarnation} now`)
    ).toProblem();
    const seq = member.nextRefusal(role, incarnation);
    member.send(encodeText({ kind: 'err', role, incarnation, seq, id, problem }));
  }

  #forget(member: Member): void {
    member.cancelForget?.();
    this.#links.gone(member);
    member.connection = undefined;
    this.#members.delete(member.id);
    this.#lingerIfEmpty();
  }

  #lingerIfEmpty(): void {
    if (this.#members.size > 0 || this.#joining > 0 || this.#closing !== undefined) return;
    this.#cancelLinger?.();
    this.#cancelLinger = this.#parts.clock.after(this.#parts.settings.lingerMs, () => {
      this.close(closeCodes.normal);
      this.options.onEmpty();
    });
  }

  #end(): void {
    this.close(closeCodes.sessionEnded);
    this.options.onEmpty();
  }
}
