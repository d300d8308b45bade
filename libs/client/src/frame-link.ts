import { closeCodes, type Frame, type HelloFrame, subprotocol, type WelcomeFrame } from '@muster/contracts/wire';
import { decodeBinary, type Encoded, encodeText, parseFrame, sizeOf } from '@muster/relay';
import type { SocketConstructor, SocketLike } from './socket.js';
import type { Timers } from './timers.js';

export interface FrameLinkOptions {
  url: string;
  WebSocket: SocketConstructor;
  timers: Timers;
  hello(): HelloFrame;
  connectTimeoutMs: number;
  onWelcome(frame: WelcomeFrame): void;
  onFrame(frame: Frame, bytes: number): void;
  /** Called once, also when the connection never opened (1006). */
  onClosed(code: number): void;
}

/** One WebSocket from hello to its end, with heartbeats both ways. */
export class FrameLink {
  readonly #socket: SocketLike;
  #isWelcomed = false;
  #isClosed = false;
  #hasHeard = true;
  #cancelTimer: () => void;

  constructor(private readonly options: FrameLinkOptions) {
    this.#socket = new options.WebSocket(options.url, subprotocol);
    this.#socket.binaryType = 'arraybuffer';
    this.#socket.onopen = () => this.#socket.send(encodeText(options.hello()));
    this.#socket.onmessage = ({ data }: { data: string | ArrayBuffer }) => this.#receive(data);
    this.#socket.onclose = ({ code }: { code: number }) => this.#closed(code);
    this.#socket.onerror = () => {};
    this.#cancelTimer = options.timers.after(options.connectTimeoutMs, () =>
      this.close(closeCodes.heartbeatMissed.code),
    );
  }

  get isOpen(): boolean {
    return this.#isWelcomed && !this.#isClosed;
  }

  send(encoded: Encoded): boolean {
    if (!this.isOpen) return false;
    this.#socket.send(encoded as string | Uint8Array<ArrayBuffer>);
    return true;
  }

  close(code: number): void {
    this.#socket.close(code);
    this.#closed(code);
  }

  #receive(data: string | ArrayBuffer): void {
    if (this.#isClosed) return;
    this.#hasHeard = true;
    const encoded = typeof data === 'string' ? data : new Uint8Array(data);
    const parsed = typeof encoded === 'string' ? parseFrame(encoded) : decodeBinary(encoded);
    // A frame of a kind that this version does not know means nothing to it.
    if (parsed.ok) this.#take(parsed.frame, sizeOf(encoded));
  }

  #take(frame: Frame, bytes: number): void {
    if (frame.kind === 'ping') this.send(encodeText({ ...frame, kind: 'pong' }));
    else if (frame.kind === 'welcome') this.#welcome(frame);
    else if (frame.kind !== 'pong') this.options.onFrame(frame, bytes);
  }

  #welcome(frame: WelcomeFrame): void {
    this.#isWelcomed = true;
    this.#cancelTimer();
    this.#beat(frame.heartbeatMs);
    this.options.onWelcome(frame);
  }

  /** A beat in which nothing was heard, not even the answer to the ping, means that the connection is dead. */
  #beat(heartbeatMs: number): void {
    this.#hasHeard = false;
    this.send(encodeText({ kind: 'ping' }));
    this.#cancelTimer = this.options.timers.after(heartbeatMs, () => {
      if (this.#hasHeard) this.#beat(heartbeatMs);
      else this.close(closeCodes.heartbeatMissed.code);
    });
  }

  #closed(code: number): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelTimer();
    this.options.onClosed(code);
  }
}
