import {
  closeCodes,
  type EventFrame,
  type Frame,
  type HelloFrame,
  MusterError,
  type PeerState,
  type TicketView,
  type WelcomeFrame,
} from '@muster/contracts/wire';
import { type LostRange, streamDefaults } from '@muster/relay';
import { comeBackAfter, errorCodeOf } from './come-back.js';
import { Emitter } from './emitter.js';
import { FrameLink } from './frame-link.js';
import type { CallOptions, OpenCall } from './open-call.js';
import { randomId } from './random-id.js';
import { cancelled } from './rest-client.js';
import { RoleStream, type RoleStreamHost } from './role-stream.js';
import type { SocketConstructor } from './socket.js';
import { backOffMs, pause, type Timers } from './timers.js';

export type ConnectionState = 'connecting' | 'open' | 'away' | 'closed';

export interface ConnectionEvents {
  push: { role: string; topic: string; body: unknown };
  binary: { role: string; topic: string; payload: Uint8Array };
  event: EventFrame;
  /** Frames are lost for good: read anew what you keep of this role. */
  gap: LostRange & { role: string };
  /** `error` says why, when it is closed. */
  state: { state: ConnectionState; error?: MusterError };
}

export interface ConnectionOptions {
  /** Bytes under way towards the client, per role. */
  windowBytes?: number;
  /** Bytes kept per role until the worker has them. */
  bufferBytes?: number;
  connectTimeoutMs?: number;
  /** A lost connection is given up after so many attempts in a row. */
  maxAttempts?: number;
}

export interface ConnectionParts {
  takeTicket(): Promise<TicketView>;
  WebSocket: SocketConstructor;
  timers: Timers;
}

/** One client's line to a session: made again after every loss, by any relay, with nothing lost and nothing done twice. */
export class SessionConnection {
  /** 128 random bits: names this client to the session for as long as it lives. */
  readonly clientId = randomId();
  readonly #options: Required<ConnectionOptions>;
  readonly #emitter = new Emitter<ConnectionEvents>();
  readonly #streams = new Map<string, RoleStream>();
  readonly #closing = new AbortController();
  readonly #opened = Promise.withResolvers<void>();
  #state: ConnectionState = 'connecting';
  #peers = new Map<string, PeerState>();
  #link: FrameLink | undefined;
  #attempt = 0;
  #maxFrameBytes: number = streamDefaults.maxFrameBytes;

  constructor(
    private readonly parts: ConnectionParts,
    options: ConnectionOptions = {},
  ) {
    const { windowBytes, bufferBytes } = streamDefaults;
    this.#options = { windowBytes, bufferBytes, connectTimeoutMs: 15_000, maxAttempts: 12, ...options };
    this.#opened.promise.catch(() => {});
    void this.#connect();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get peers(): readonly PeerState[] {
    return [...this.#peers.values()];
  }

  /** Resolves with the first welcome; rejects when the connection cannot be made. */
  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  /** The answer removes the listener. */
  on<Name extends keyof ConnectionEvents>(name: Name, listener: (value: ConnectionEvents[Name]) => void): () => void {
    return this.#emitter.on(name, listener);
  }

  /**
   * Asks a worker and answers what its action answers; bytes come as `{ topic, bytes }`. Waits through lost connections and
   * restarts. Rejects with the action's problem, `worker-restarted` or `delivery-unknown` (it may have begun; never for
   * idempotent calls), `unknown-role`, `cancelled`, `session-ended`.
   */
  call<Answer = unknown>(role: string, action: string, body?: unknown, options: CallOptions = {}): Promise<Answer> {
    const refusal = this.#whyNot(role, options.signal);
    if (refusal !== undefined) return Promise.reject(refusal);
    const { signal } = options;
    const answer = Promise.withResolvers<Answer>();
    const resolve = answer.resolve as (value: unknown) => void;
    const call: OpenCall = { ...options, id: randomId(), action, body, resolve, reject: answer.reject };
    const stream = this.#streamOf(role);
    const onAbort = (): void => {
      stream.cancel(call);
      answer.reject(cancelled(signal?.reason));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    stream.start(call);
    return answer.promise.finally(() => signal?.removeEventListener('abort', onAbort));
  }

  /** A message without an answer; bytes go as a binary frame. Throws when the role was not reached yet or its buffer is full. */
  push(role: string, topic: string, body: unknown): void {
    const refusal = this.#whyNot(role);
    if (refusal !== undefined) throw refusal;
    if (!this.#streamOf(role).push(topic, body))
      throw new MusterError('too-many-requests', `${role} cannot take more now`);
  }

  close(): void {
    this.#link?.close(closeCodes.normal.code);
    this.#end(new MusterError('cancelled', 'the connection was closed here'));
  }

  #whyNot(role: string, signal?: AbortSignal): MusterError | undefined {
    if (this.#state === 'closed') return new MusterError('session-ended', 'the connection is closed');
    if (signal?.aborted) return cancelled(signal.reason);
    const isKnown = this.#state === 'connecting' || this.#peers.has(role);
    return isKnown ? undefined : new MusterError('unknown-role', `the session has no role ${role}`);
  }

  #streamOf(role: string): RoleStream {
    const existing = this.#streams.get(role);
    if (existing !== undefined) return existing;
    const { windowBytes, bufferBytes } = this.#options;
    const host: RoleStreamHost = {
      timers: this.parts.timers,
      windowBytes,
      bufferBytes,
      maxFrameBytes: () => this.#maxFrameBytes,
      send: (encoded) => this.#link?.send(encoded) ?? false,
      pushed: (message) => this.#emitter.emit('push', message),
      binary: (message) => this.#emitter.emit('binary', message),
      lost: (gap) => this.#emitter.emit('gap', gap),
    };
    const stream = new RoleStream(role, host);
    this.#streams.set(role, stream);
    return stream;
  }

  async #connect(): Promise<void> {
    const ticket = await this.parts.takeTicket().catch((error: unknown) => this.#noTicket(error));
    if (ticket === undefined || this.#closing.signal.aborted) return;
    try {
      this.#link = this.#open(ticket.url);
    } catch (error) {
      this.#noTicket(error);
    }
  }

  #open(url: string): FrameLink {
    const { WebSocket, timers } = this.parts;
    const { connectTimeoutMs } = this.#options;
    return new FrameLink({
      url,
      WebSocket,
      timers,
      connectTimeoutMs,
      hello: () => this.#hello(),
      onWelcome: (frame) => this.#welcome(frame),
      onFrame: (frame, bytes) => this.#take(frame, bytes),
      onClosed: (code) => this.#lost(code),
    });
  }

  /** The REST client has repeated what was worth it: only an unreachable installation is asked again. */
  #noTicket(error: unknown): undefined {
    const known = error instanceof MusterError ? error : new MusterError('internal', String(error), { cause: error });
    if (known.status >= 500 || known.status === 429) void this.#comeBack('later', known);
    else this.#end(known);
  }

  #hello(): HelloFrame {
    const streams = [...this.#streams.values()]
      .filter(({ incarnation }) => incarnation > 0)
      .map(({ position }) => position);
    return { kind: 'hello', clientId: this.clientId, streams, credit: this.#options.windowBytes };
  }

  #welcome(frame: WelcomeFrame): void {
    this.#attempt = 0;
    this.#maxFrameBytes = frame.maxFrameBytes;
    this.#peers = new Map(frame.peers.map((peer) => [peer.role, peer]));
    for (const { role, incarnation } of frame.fresh) {
      const stream = this.#streamOf(role);
      stream.begin(incarnation, incarnation > stream.incarnation ? 'worker-restarted' : 'delivery-unknown');
    }
    for (const [role, stream] of this.#streams)
      if (!this.#peers.has(role)) stream.end(new MusterError('unknown-role', `the session has no role ${role}`));
    this.#become('open');
    this.#opened.resolve();
  }

  #take(frame: Frame, bytes: number): void {
    if (frame.kind === 'event') return this.#event(frame);
    if (!('role' in frame)) return;
    const stream = this.#streamOf(frame.role);
    if (frame.kind === 'ack') stream.acknowledged(frame);
    else if (frame.kind === 'gap') stream.skip(frame);
    else stream.take(frame, bytes);
  }

  #event(frame: EventFrame): void {
    const { role, incarnation, state } = frame.body;
    if (frame.event === 'peer' && role !== undefined) {
      const before = this.#peers.get(role);
      const now = {
        role,
        incarnation: incarnation ?? before?.incarnation ?? 0,
        state: state ?? before?.state ?? 'pending',
      };
      this.#peers.set(role, now);
      const stream = this.#streams.get(role);
      if (stream !== undefined && stream.incarnation > 0 && now.incarnation > stream.incarnation)
        stream.begin(now.incarnation, 'worker-restarted');
    }
    this.#emitter.emit('event', frame);
  }

  #lost(code: number): void {
    for (const stream of this.#streams.values()) stream.detach();
    const { comeBack, meaning } = comeBackAfter(code);
    const error = new MusterError(errorCodeOf(code), meaning, { extensions: { closeCode: code } });
    if (comeBack === 'no') this.#end(error);
    else void this.#comeBack(comeBack, error);
  }

  /** At once the first time, if the closing code invites to; then ever later, always with some chance in it. */
  async #comeBack(when: 'now' | 'later', error: MusterError): Promise<void> {
    if (this.#closing.signal.aborted) return;
    const attempt = this.#attempt++;
    if (attempt >= this.#options.maxAttempts) return this.#end(error);
    if (this.#state === 'open') this.#become('away');
    const { timers } = this.parts;
    const random = timers.random();
    await pause(
      timers,
      when === 'now' && attempt === 0 ? 100 * random : backOffMs(attempt, random),
      this.#closing.signal,
    );
    if (!this.#closing.signal.aborted) await this.#connect();
  }

  #end(error: MusterError): void {
    if (this.#state === 'closed') return;
    this.#closing.abort();
    this.#opened.reject(error);
    for (const stream of this.#streams.values()) stream.end(error);
    this.#become('closed', error);
  }

  #become(state: ConnectionState, error?: MusterError): void {
    this.#state = state;
    this.#emitter.emit('state', { state, ...(error && { error }) });
  }
}
