import { type ConnectionState, SessionConnection, type SocketConstructor } from '@muster/client';
import { MusterError } from '@muster/contracts';
import { decodeBinary, type Encoded, parseFrame } from '@muster/relay';
import type { FakeClock } from '@muster/testing';
import { CreditWatch, streamPart } from './credit-watch.js';
import type { FaultyLine, LineEnd } from './faulty-line.js';
import { type Ask, type Bounds, type Journal, labelOf, type Seen } from './journal.js';
import type { Errand } from './worker-host.js';

export interface ClientHostParts {
  index: number;
  clock: FakeClock;
  journal: Journal;
  bounds: Bounds;
  random(): number;
  /** Opens a WebSocket to some relay; undefined when none is up. */
  dial(): FaultyLine | undefined;
}

export interface AskOptions {
  isIdempotent?: boolean;
  cancelAfterMs?: number | null;
}

const errorNames = (error: unknown): string => (error instanceof MusterError ? error.code : String(error));

/** An application that uses the client library. */
export class ClientHost {
  readonly connection: SessionConnection;
  line: FaultyLine | undefined;
  readonly states: ConnectionState[] = [];
  readonly #seen: Seen[] = [];
  readonly #watches = new Map<string, CreditWatch>();
  /** It gets no ticket before. */
  onlineAtMs = 0;
  /** Of the frame that is being received. */
  #incarnation = 0;

  constructor(private readonly parts: ClientHostParts) {
    const { clock, journal, index, bounds, random } = parts;
    journal.seen[index] = this.#seen;
    journal.heard[index] = [];
    journal.said[index] = [];
    this.connection = new SessionConnection(
      {
        takeTicket: () => this.#takeTicket(),
        WebSocket: this.#socketClass(),
        timers: { after: (ms, task) => clock.after(ms, task), random },
      },
      { windowBytes: bounds.windowBytes, bufferBytes: bounds.bufferBytes, maxAttempts: Infinity },
    );
    // Ends in the number of the client, so that whoever reads a frame knows it.
    Object.defineProperty(this.connection, 'clientId', { value: `client-of-this-test-${index}` });
    this.connection.on('push', ({ role, topic, body }) =>
      this.#took(role, topic, typeof body === 'string' && !/[^m]/.test(body)),
    );
    this.connection.on('binary', ({ role, topic, payload }) =>
      this.#took(
        role,
        topic,
        payload.every((byte) => byte === 7),
      ),
    );
    this.connection.on('gap', ({ role, firstSeq, lastSeq }) => {
      if (role === 'model') this.#seen.push({ kind: 'gap', firstSeq, lastSeq, incarnation: this.#incarnation });
    });
    this.connection.on('state', ({ state }) => this.states.push(state));
  }

  get id(): string {
    return this.connection.clientId;
  }

  ask(
    role: string,
    errand: Omit<Errand, 'label'>,
    { isIdempotent = false, cancelAfterMs = null }: AskOptions = {},
  ): void {
    const { journal, index, clock } = this.parts;
    const label = journal.nextLabel();
    const { bytes } = errand;
    const ask: Ask = { label, client: index, role, bytes, isIdempotent, isCancelled: false, runs: [], outcomes: [] };
    journal.asks.push(ask);
    const expected = errand.bytes;
    const canceller = new AbortController();
    const { signal } = canceller;
    if (cancelAfterMs !== null)
      clock.after(cancelAfterMs, () => {
        ask.isCancelled ||= ask.outcomes.length === 0;
        canceller.abort();
      });
    this.connection.call(role, 'run', { ...errand, label }, { idempotent: isIdempotent, signal }).then(
      (answer) => ask.outcomes.push(sizeOfAnswer(answer) === expected ? 'answered' : 'wrong answer'),
      (error: unknown) => ask.outcomes.push(errorNames(error)),
    );
  }

  /** A message to the worker; answers its label, or undefined when the library did not take it. */
  say(bytes: number, isBinary: boolean): number | undefined {
    const { journal, index } = this.parts;
    const label = journal.nextLabel();
    try {
      this.connection.push('model', `m${label}`, isBinary ? new Uint8Array(bytes) : 'm'.repeat(bytes));
      journal.said[index]?.push(label);
      return label;
    } catch {
      return undefined;
    }
  }

  #took(role: string, topic: string, isWhole: boolean): void {
    const label = labelOf(topic);
    if (role !== 'model' || label === undefined) return;
    this.#seen.push({ kind: 'message', label, incarnation: this.#incarnation, isWhole });
  }

  async #takeTicket(): Promise<{ ticket: string; url: string; expiresAt: string }> {
    await new Promise<void>((resolve) => this.parts.clock.after(this.parts.random() * 100, resolve));
    const isOnline = this.parts.clock.monotonicMs() >= this.onlineAtMs;
    this.line = isOnline ? this.parts.dial() : undefined;
    if (this.line === undefined) throw new MusterError('upstream-unavailable', 'no relay is there');
    return { ticket: '', url: '', expiresAt: '' };
  }

  #socketClass(): SocketConstructor {
    const endOf = (): LineEnd => this.line!.dialer;
    const hears = (encoded: Encoded): void => this.#hears(encoded);
    const sends = (encoded: Encoded): void => this.#sends(encoded);
    return class {
      binaryType = '';
      onopen: ((event: never) => void) | null = null;
      onmessage: ((event: never) => void) | null = null;
      onclose: ((event: never) => void) | null = null;
      onerror: ((event: never) => void) | null = null;
      readonly #end = endOf();

      constructor() {
        this.#end.on('open', () => this.onopen?.({} as never));
        this.#end.on('error', () => this.onerror?.({} as never));
        this.#end.on('close', (code: number) => this.onclose?.({ code } as never));
        this.#end.on('message', (data: Buffer, isBinary: boolean) => {
          hears(isBinary ? data : data.toString('utf8'));
          const received = isBinary ? new Uint8Array(data).buffer : data.toString('utf8');
          this.onmessage?.({ data: received } as never);
        });
      }

      send(data: string | Uint8Array<ArrayBuffer>): void {
        sends(data);
        this.#end.send(data);
      }

      close(code?: number): void {
        this.#end.close(code);
      }
    };
  }

  #hears(encoded: Encoded): void {
    const parsed = typeof encoded === 'string' ? parseFrame(encoded) : decodeBinary(encoded);
    if (!parsed.ok) return;
    const { frame } = parsed;
    if ('incarnation' in frame) this.#incarnation = frame.incarnation;
    if (frame.kind !== 'ack') return;
    const name = `${frame.role} ${frame.incarnation}`;
    const watch =
      this.#watches.get(name) ?? new CreditWatch(`client ${this.parts.index} towards ${name}`, this.#broken);
    this.#watches.set(name, watch);
    if (frame.opens) watch.opens(frame.credit);
    else watch.acknowledged(frame.received, frame.credit);
  }

  #sends(encoded: Encoded): void {
    const part = streamPart(encoded);
    if (part !== undefined) this.#watches.get(`${part.role} ${part.incarnation}`)?.sends(part.seq, part.bytes);
  }

  readonly #broken = (breach: string): void => void this.parts.journal.breaches.push(breach);
}

function sizeOfAnswer(answer: unknown): number {
  return typeof answer === 'string' ? answer.length : (answer as { bytes: Uint8Array }).bytes.byteLength;
}
