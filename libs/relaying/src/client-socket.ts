import { closeCodes } from '@muster/contracts';
import { type Encoded, sizeOf } from '@muster/relay';
import type { WebSocket } from 'ws';
import type { Closing } from './closing.js';
import { encodedOf, keepAlive } from './frame-socket.js';
import type { RelayParts } from './ports.js';

export interface ClientSocketHandlers {
  received(encoded: Encoded): void;
  /** Once, as soon as nothing can be sent any more; 1006 = lost. */
  closed(code: number): void;
}

/**
 * A client's WebSocket. What waits in it is bounded: a client above the mark for `slowClientMs`, or above `maxClientBytes` at
 * all, is closed with 1013. How much may come to wait at most is decided by the streams' credit: see {@link StreamLink}.
 */
export class ClientSocket {
  readonly #holds = new Set<string>();
  readonly #ended = Promise.withResolvers<void>();
  #isClosing = false;
  #cancelSlow: (() => void) | undefined;
  #cancelCut: (() => void) | undefined;
  readonly #stopBeat: () => void;

  constructor(
    private readonly socket: WebSocket,
    private readonly parts: RelayParts,
    private readonly handlers: ClientSocketHandlers,
  ) {
    socket.on('message', (data, isBinary) => this.#received(encodedOf(data, isBinary)));
    // `ws` closes by itself after an error (a huge frame, text that is no UTF-8): the code comes with `close`.
    socket.on('error', () => undefined);
    socket.on('close', (code) => this.#ends(code));
    this.#stopBeat = keepAlive(
      socket,
      { after: (ms, task) => parts.clock.after(ms, task), heartbeatMs: parts.settings.heartbeatMs },
      { isExcused: () => this.#holds.size > 0, onDead: () => this.close(closeCodes.heartbeatMissed) },
    );
  }

  /** Resolves when the socket is gone altogether. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  get isOpen(): boolean {
    return !this.#isClosing;
  }

  send(encoded: Encoded): void {
    if (this.#isClosing) return;
    this.parts.meter.frame('out', sizeOf(encoded));
    this.socket.send(encoded, () => this.#drained());
    const { slowClientBytes, slowClientMs, maxClientBytes } = this.parts.settings;
    const waiting = this.socket.bufferedAmount;
    if (waiting > maxClientBytes) this.close(closeCodes.slowClient);
    else if (waiting > slowClientBytes)
      this.#cancelSlow ??= this.parts.clock.after(slowClientMs, () => this.close(closeCodes.slowClient));
  }

  /** Reads no more from the client while anybody holds it. One frame that was read already may still come. */
  hold(reason: string): void {
    if (this.#isClosing) return;
    this.#holds.add(reason);
    this.socket.pause();
  }

  release(reason: string): void {
    if (this.#holds.delete(reason) && this.#holds.size === 0) this.socket.resume();
  }

  close({ code, meaning }: Closing): void {
    if (this.#isClosing) return;
    this.socket.close(code, meaning);
    this.#closing(code);
    this.#cancelCut = this.parts.clock.after(this.parts.settings.closeGraceMs, () => this.socket.terminate());
  }

  #received(encoded: Encoded): void {
    if (this.#isClosing) return;
    const bytes = sizeOf(encoded);
    this.parts.meter.frame('in', bytes);
    this.parts.garbage.grew(bytes);
    this.handlers.received(encoded);
  }

  #drained(): void {
    if (this.#cancelSlow === undefined || this.socket.bufferedAmount > this.parts.settings.slowClientBytes) return;
    this.#cancelSlow();
    this.#cancelSlow = undefined;
  }

  #closing(code: number): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#stopBeat();
    this.#cancelSlow?.();
    // A paused socket would never see the other end's answer.
    if (this.#holds.size > 0) this.socket.resume();
    this.parts.meter.closed(code);
    this.handlers.closed(code);
  }

  #ends(code: number): void {
    this.#closing(code);
    this.#cancelCut?.();
    this.#ended.resolve();
  }
}
