import {
  closeCodes,
  type HelloFrame,
  type HolderView,
  MusterError,
  type RedeemAnswer,
  type Revocation,
  type SessionId,
} from '@muster/contracts';
import { isTakenBy, sessionOfTicket } from '@muster/identity';
import { type Encoded, encodeText, parseFrame } from '@muster/relay';
import type { WebSocket } from 'ws';
import { ClientSocket } from './client-socket.js';
import { type Closing, closingOf, invalidFrame } from './closing.js';
import type { Member } from './member.js';
import type { RelayParts } from './ports.js';
import { readClientFrame } from './read-client-frame.js';
import { isOver } from './route-follower.js';
import type { SessionHub } from './session-hub.js';

interface ClientConnectionOptions {
  ticket: string;
  parts: RelayParts;
  hubOf(view: HolderView): SessionHub;
  /** It waits for its welcome no more: it was welcomed, or closed. */
  onSettled(): void;
}

/** A token that ends later than a timer can count is looked at again then. */
const longestTimerMs = 2 ** 31 - 1;
const maxEarlyFrames = 256;
const clientIdForm = /^[\w-]{16,64}$/;

/** The hello, or what is wrong with it. */
function readHello(encoded: Encoded): HelloFrame | string {
  const parsed = typeof encoded === 'string' ? parseFrame(encoded) : undefined;
  if (parsed === undefined) return 'hello comes first, as text';
  if (!parsed.ok) return parsed.reason;
  const { frame } = parsed;
  if (frame.kind !== 'hello') return `hello comes first, not ${frame.kind}`;
  return clientIdForm.test(frame.clientId) ? frame : 'hello: clientId must be 16 to 64 characters of base64url';
}

/** One WebSocket of a client: hello, ticket, welcome, then frames until its end. */
export class ClientConnection {
  readonly #socket: ClientSocket;
  readonly #parts: RelayParts;
  #who: RedeemAnswer | undefined;
  #hub: SessionHub | undefined;
  #member: Member | undefined;
  #isOpening = false;
  /** Frames that came before the welcome, with the last bytes read before the pause. */
  #early: Encoded[] = [];
  #cancelTimer: () => void;
  #cancelTokenEnd: (() => void) | undefined;

  constructor(
    socket: WebSocket,
    private readonly options: ClientConnectionOptions,
  ) {
    this.#parts = options.parts;
    this.#socket = new ClientSocket(socket, options.parts, {
      received: (encoded) => this.#received(encoded),
      closed: (code) => this.#closed(code),
    });
    const { clock, settings } = this.#parts;
    this.#cancelTimer = clock.after(settings.helloTimeoutMs, () => this.close(closeCodes.heartbeatMissed));
  }

  get isOpen(): boolean {
    return this.#socket.isOpen;
  }

  /** Rises with every connection of any client to the session; known once the ticket was redeemed. */
  get number(): number | undefined {
    return this.#who?.connection;
  }

  /** Resolves when its socket is gone. */
  get ended(): Promise<void> {
    return this.#socket.ended;
  }

  send(encoded: Encoded): void {
    this.#socket.send(encoded);
  }

  hold(reason: string): void {
    this.#socket.hold(reason);
  }

  release(reason: string): void {
    this.#socket.release(reason);
  }

  close(closing: Closing): void {
    this.#socket.close(closing);
  }

  revoked(revocation: Revocation): void {
    if (this.#who !== undefined && isTakenBy(this.#who, revocation)) this.close(closeCodes.notAuthenticated);
  }

  #received(encoded: Encoded): void {
    if (this.#member !== undefined) return this.#take(this.#member, encoded);
    if (!this.#isOpening) return this.#hello(encoded);
    this.#early.push(encoded);
    if (this.#early.length > maxEarlyFrames) this.close(invalidFrame('too many came before the welcome'));
  }

  #hello(encoded: Encoded): void {
    const parsed = readHello(encoded);
    if (typeof parsed === 'string') return this.close(invalidFrame(parsed));
    this.#isOpening = true;
    this.hold('opening');
    this.#cancelTimer();
    const { clock, settings } = this.#parts;
    this.#cancelTimer = clock.after(settings.openTimeoutMs, () => this.close(closeCodes.holderUnavailable));
    this.#open(parsed).catch((error: unknown) => this.#refused(error));
  }

  async #open(hello: HelloFrame): Promise<void> {
    const { services, instance } = this.#parts;
    const { ticket } = this.options;
    const session = sessionOfTicket(ticket) as SessionId | undefined;
    if (session === undefined) throw new MusterError('ticket-invalid', 'this is no ticket');
    const view = await services.holderOf(session);
    if (isOver(view.state)) throw new MusterError('session-ended', 'the session has ended');
    if (view.holder === undefined) throw new MusterError('upstream-unavailable', 'nobody holds the session now');
    if (!this.isOpen) return;
    this.#who = await services.redeem(view.holder.address, session, {
      ticket,
      clientId: hello.clientId,
      relay: instance,
    });
    if (!this.isOpen) return;
    if (this.#parts.hasTaken(this.#who)) return this.close(closeCodes.notAuthenticated);
    this.#closeAtTokenEnd();
    this.#hub = this.options.hubOf(view);
    const member = await this.#hub.join(this, hello);
    if (member === undefined) return;
    if (this.isOpen) this.#welcomed(member);
    else this.#hub.left(member, this, false);
  }

  #welcomed(member: Member): void {
    this.#cancelTimer();
    this.#member = member;
    this.options.onSettled();
    for (const encoded of this.#early.splice(0)) this.#received(encoded);
    this.release('opening');
  }

  #refused(error: unknown): void {
    const closing = closingOf(error);
    if (closing === closeCodes.holderUnavailable)
      this.#parts.log.warn({ reason: String(error) }, 'a client could not be connected');
    this.close(closing);
  }

  #take(member: Member, encoded: Encoded): void {
    const input = readClientFrame(encoded);
    if (input.kind === 'frame') {
      if (input.frame.kind === 'gap') this.#parts.meter.gap('in');
      this.#hub?.receive(member, input.frame);
    }
    if (input.kind === 'ping') this.send(encodeText({ kind: 'pong', nonce: input.nonce }));
    else if (input.kind === 'malformed') this.close(invalidFrame(input.reason));
  }

  #closeAtTokenEnd(): void {
    const endsAt = this.#who?.tokenExpiresAt ?? null;
    if (endsAt === null || !this.isOpen) return;
    const { clock } = this.#parts;
    const leftMs = Date.parse(endsAt) - clock.nowMs();
    if (leftMs <= 0) return this.close(closeCodes.notAuthenticated);
    this.#cancelTokenEnd = clock.after(Math.min(leftMs, longestTimerMs), () => this.#closeAtTokenEnd());
  }

  #closed(code: number): void {
    this.#cancelTimer();
    this.#cancelTokenEnd?.();
    this.#early = [];
    if (this.#member === undefined) this.options.onSettled();
    else this.#hub?.left(this.#member, this, code === closeCodes.normal.code);
  }
}
