import type { Route } from '@muster/contracts';
import {
  decodeBinaryHead,
  type Encoded,
  encodeText,
  type FrameHead,
  forwardable,
  sizeOf,
  withBinaryClient,
  withClient,
  writeTogether,
} from '@muster/relay';
import { WebSocket } from 'ws';
import { backOffMs } from './back-off.js';
import { encodedOf, keepAlive } from './frame-socket.js';
import type { Member } from './member.js';
import type { RelayParts } from './ports.js';
import { type ClientFrame, headersTo, type LinkPlace, type WorkerLink } from './worker-link.js';

const passedOn: ReadonlySet<string> = new Set(['res', 'err', 'push', 'ack', 'gap', 'binary']);

/**
 * One WebSocket to an SDK worker, for all clients of its session on this relay; made again while the route stands. The two
 * ends keep the streams; this passes frames on and keeps none. A frame that cannot be passed on now is dropped: its sender
 * repeats it after the ack that opens.
 *
 * Why nothing grows here. Towards the worker: a client has at most its credit (one window) and one frame under way; one that
 * takes more is not read from until what it sent has left for the worker, so at most clients x (window + 2 frames) wait, and a
 * client that keeps to its credit is never held back for a slow role. Towards a client: a worker has at most the client's
 * credit and one frame under way, and no credit above our window is passed on, so at most roles x (window + frame) wait in its
 * socket; a worker that does not keep to it meets `maxClientBytes`.
 */
export class StreamLink implements WorkerLink {
  readonly incarnation: number;
  readonly #members = new Map<string, Member>();
  readonly #underWay = new Map<string, number>();
  #socket: WebSocket | undefined;
  #together: (bytes: number) => void = () => undefined;
  #isClosed = false;
  #attempt = 0;
  /** The last connection ended by a frame that is larger than is carried. */
  #wasTooLarge = false;
  #cancelRetry: (() => void) | undefined;

  constructor(
    private route: Route,
    private place: LinkPlace,
    private readonly parts: RelayParts,
  ) {
    this.incarnation = route.incarnation;
    this.#dial();
  }

  follow(route: Route, place: LinkPlace): void {
    const isSame = route.address === this.route.address && route.acceptToken === this.route.acceptToken;
    this.place = place;
    // A worker that is not to be called just now (stopping, lost) keeps the line it has.
    if (isSame || route.address === undefined) return;
    this.route = route;
    this.#attempt = 0;
    this.#releaseAll();
    this.#dial();
  }

  /** The worker remembers, or says that it does not. */
  canResume(): boolean {
    return true;
  }

  here(member: Member): void {
    this.#members.set(member.id, member);
    this.#announce(member);
  }

  away(member: Member): void {
    this.#leave(member, 'client-away');
  }

  gone(member: Member): void {
    this.#leave(member, 'client-gone');
  }

  take(member: Member, frame: ClientFrame): void {
    if (!this.#members.has(member.id)) return;
    if (frame.kind === 'data') this.#send(withClient(frame.text, member.id), member);
    else if (frame.kind === 'binary') this.#send(withBinaryClient(frame.bytes, member.id), member);
    else if (frame.kind === 'gap') this.#send(encodeText({ ...frame.frame, client: member.id }), member);
    else {
      const credit = member.creditOf(frame.frame.credit);
      this.#send(encodeText({ ...frame.frame, credit, opens: undefined, client: member.id }), member);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelRetry?.();
    this.#socket?.close(1000);
    this.#releaseAll();
    // Until the closing handshake is done the worker may go on: it is not the one that is meant any more.
    this.#members.clear();
  }

  #leave(member: Member, kind: 'client-away' | 'client-gone'): void {
    if (!this.#members.delete(member.id)) return;
    this.#forget(member);
    this.#sendControl(encodeText({ kind, client: member.id }));
  }

  #announce(member: Member): void {
    const { received, credit } = member.positionOf(this.route.role, this.incarnation);
    const { id: client, connectionNumber: connection } = member;
    const { maxFrameBytes } = this.parts.settings;
    this.#sendControl(encodeText({ kind: 'client-here', client, received, credit, connection, maxFrameBytes }));
  }

  #sendControl(encoded: Encoded): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(encoded);
  }

  #send(encoded: Encoded, member: Member): void {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN) return;
    const bytes = sizeOf(encoded);
    const underWay = (this.#underWay.get(member.id) ?? 0) + bytes;
    this.#underWay.set(member.id, underWay);
    if (underWay > this.#mostUnderWay) member.connection?.hold(this.route.role);
    this.#together(bytes);
    socket.send(encoded, () => {
      if (this.#socket === socket) this.#left(member, bytes);
    });
  }

  get #mostUnderWay(): number {
    const { windowBytes, maxFrameBytes } = this.parts.settings;
    return windowBytes + maxFrameBytes;
  }

  #left(member: Member, bytes: number): void {
    const underWay = (this.#underWay.get(member.id) ?? 0) - bytes;
    if (underWay > 0) this.#underWay.set(member.id, underWay);
    else this.#underWay.delete(member.id);
    if (underWay <= this.#mostUnderWay) member.connection?.release(this.route.role);
  }

  /** What was under way has left with its socket, or is lost with it. */
  #releaseAll(): void {
    for (const member of this.#members.values()) this.#forget(member);
  }

  #forget(member: Member): void {
    this.#underWay.delete(member.id);
    member.connection?.release(this.route.role);
  }

  #dial(): void {
    this.#cancelRetry?.();
    this.#socket?.terminate();
    const { address } = this.route;
    const { settings, clock } = this.parts;
    const url = `${(address ?? '').replace(/^http/, 'ws')}/v1/stream`;
    const socket = this.parts.dial(url, headersTo(this.route, this.place), settings);
    this.#socket = socket;
    socket.on('upgrade', (response) => {
      this.#together = writeTogether(response.socket);
    });
    let stopBeat = (): void => undefined;
    socket.on('open', () => {
      if (!this.#wasTooLarge) this.#attempt = 0;
      this.#wasTooLarge = false;
      stopBeat = keepAlive(
        socket,
        { after: (ms, task) => clock.after(ms, task), heartbeatMs: settings.heartbeatMs },
        { isExcused: () => false, onDead: () => socket.terminate() },
      );
      for (const member of this.#members.values()) this.#announce(member);
    });
    socket.on('message', (data, isBinary) => this.#receive(encodedOf(data, isBinary)));
    socket.on('error', (error: NodeJS.ErrnoException) => this.#failed(error));
    socket.on('close', () => {
      stopBeat();
      if (this.#socket === socket) this.#lost();
    });
  }

  /** A worker that sends more than it was told that we carry would do it again at once, each time that it is reached. */
  #failed({ code, message: reason }: NodeJS.ErrnoException): void {
    const { role, incarnation } = this.route;
    this.#wasTooLarge = code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
    if (!this.#wasTooLarge) return this.parts.log.debug({ role, incarnation, reason }, 'a worker stream failed');
    const { maxFrameBytes } = this.parts.settings;
    this.parts.log.warn({ role, incarnation, maxFrameBytes }, 'a worker sends a larger frame than is carried');
  }

  #lost(): void {
    this.#releaseAll();
    if (this.#isClosed) return;
    const { clock, random, settings } = this.parts;
    this.#cancelRetry = clock.after(backOffMs(this.#attempt++, settings, random), () => this.#dial());
  }

  #receive(encoded: Encoded): void {
    this.parts.garbage.grew(sizeOf(encoded));
    const head = headOf(encoded);
    if (head === undefined || !passedOn.has(head.kind)) return;
    if (head.role !== this.route.role || head.incarnation !== this.incarnation || head.client === undefined) return;
    if (head.kind === 'gap') this.parts.meter.gap('out');
    this.#members.get(head.client)?.send(encoded);
  }
}

function headOf(encoded: Encoded): (Omit<FrameHead, 'kind'> & { kind: string }) | undefined {
  if (typeof encoded === 'string') {
    const read = forwardable(encoded);
    return read.ok ? read.head : undefined;
  }
  const read = decodeBinaryHead(encoded);
  return read.ok ? read.frame : undefined;
}
