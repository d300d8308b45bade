import {
  type AckFrame,
  type BinaryFrame,
  type GapFrame,
  type JsonDataFrame,
  MusterError,
  type ProblemDetails,
} from '@muster/contracts/wire';
import {
  CreditWindow,
  type Encoded,
  encodeBinary,
  encodeText,
  encodeWithJson,
  type FrameHead,
  isLargerThan,
  type LostRange,
  ReceiveLedger,
  sizeOf,
  StreamLedger,
} from '@muster/relay';
import type { Log } from './log.js';
import type { Outcome } from './outcome.js';
import type { Timers } from './timers.js';

/** One WebSocket of a relay. */
export interface Leg {
  /** Rises with every one that is opened. */
  number: number;
  send(encoded: Encoded): void;
}

export interface StreamRequest {
  client: string;
  id: string;
  action: string;
  body: unknown;
  traceparent: string | undefined;
  signal: AbortSignal;
  push(topic: string, body: unknown): void;
}

export interface StreamHost {
  role: string;
  incarnation: number;
  maxFrameBytes: number;
  /** Bytes that a client may have under way towards the worker. */
  windowBytes: number;
  /** Bytes kept per client until it has them. */
  bufferBytes: number;
  timers: Timers;
  log: Log;
  /** Never rejects. */
  perform(request: StreamRequest): Promise<Outcome>;
  pushed(message: { client: string; topic: string; body: unknown; push: StreamRequest['push'] }): void;
}

/** How a relay reaches the client: what it has, what it takes beyond, and the largest frame that is carried. */
interface Reach {
  received: number;
  credit: number;
  maxFrameBytes?: number;
}

/** What is remembered of a stream whose client stayed away for too long. */
export interface Remains {
  /** The client's frames up to this seq were taken: they are not to be taken again. */
  taken: number;
  /** The client had not acknowledged everything: it must hear that something is lost. */
  owes: boolean;
}

/** A number is given when the frame joins its stream. */
type Unnumbered = (position: { client: string; role: string; incarnation: number; seq: number }) => Encoded;

const ackDelayMs = 20;
/** More than anything beside the content of an answer's frame takes. */
const headBytes = 1024;

/** The worker's end of both streams with one client, over whatever connection reaches it now. */
export class ClientStream {
  /** The number of the client's connection that reaches it now. */
  connection = 0;
  /** Of the newest leg that it was reached over. */
  #newestLeg = 0;
  #leg: Leg | undefined;
  readonly #out: StreamLedger;
  readonly #in: ReceiveLedger;
  readonly #window: CreditWindow;
  readonly #running = new Map<string, AbortController>();
  #cancelAck: (() => void) | undefined;
  #maxFrameBytes: number;

  /**
   * `received`: what the client has of an earlier stream that is not remembered here; 0 for a new client, and for one that had
   * received nothing yet: then `earlier` says whether there was something.
   */
  constructor(
    readonly client: string,
    private readonly host: StreamHost,
    { received, earlier }: { received: number; earlier: Remains | undefined },
  ) {
    const encodeGap = (range: { firstSeq: number; lastSeq: number }): string =>
      encodeText({ kind: 'gap', client, role: host.role, incarnation: host.incarnation, ...range });
    this.#window = new CreditWindow(host.windowBytes);
    this.#out = new StreamLedger({ lastSeq: received, bufferBytes: host.bufferBytes, encodeGap });
    this.#in = new ReceiveLedger(earlier?.taken);
    if (received > 0 || earlier?.owes) this.#out.loseNext();
    this.#maxFrameBytes = host.maxFrameBytes;
  }

  attach(leg: Leg, { received, credit, maxFrameBytes = this.host.maxFrameBytes }: Reach): void {
    this.#leg = leg;
    this.#newestLeg = leg.number;
    this.#maxFrameBytes = Math.min(maxFrameBytes, this.host.maxFrameBytes);
    this.#out.reopen(received, credit);
    for (const lost of this.#out.loseLargerThan(this.#maxFrameBytes)) this.#warnOfTooLarge(lost);
    this.#acknowledge(true);
    this.#flush();
  }

  get remains(): Remains {
    return { taken: this.#in.received, owes: this.#out.lastSeq > this.#out.acknowledgedSeq };
  }

  /**
   * Whether a relay that names this connection of the client over this leg is behind: the client is at a newer one, or the relay
   * has made a newer leg since, and what it had sent over the old one came late.
   */
  isOutdated(connection: number, leg: Leg): boolean {
    if (connection !== this.connection) return connection < this.connection;
    return connection > 0 && leg.number < this.#newestLeg;
  }

  isOn(leg: Leg): boolean {
    return this.#leg === leg;
  }

  detach(): void {
    this.#leg = undefined;
    this.#out.detach();
  }

  /** The client is gone for good: what it asked for is cancelled. */
  end(): void {
    this.detach();
    this.#cancelAck?.();
    for (const controller of this.#running.values()) controller.abort();
  }

  acknowledged(frame: AckFrame): void {
    this.#out.acknowledge(frame.received, frame.credit);
    this.#flush();
  }

  skip(frame: GapFrame): void {
    this.#in.skip(frame);
    this.#scheduleAck();
  }

  take(frame: JsonDataFrame | BinaryFrame, bytes: number): void {
    if (!this.#accept(frame.seq, bytes)) return;
    if (frame.kind === 'req') void this.#perform(frame);
    if (frame.kind === 'cancel') this.#running.get(frame.id)?.abort();
    if (frame.kind === 'push') this.#pushed(frame.topic, frame.body);
    if (frame.kind === 'binary') this.#pushed(frame.topic, frame.payload);
  }

  /** A frame whose head could be read, but not the rest. */
  takeMalformed({ seq, id, kind }: FrameHead, bytes: number, reason: string): void {
    if (!this.#accept(seq ?? 0, bytes) || kind !== 'req' || id === undefined) return;
    this.#answer(id, { kind: 'problem', problem: new MusterError('invalid-request', reason).toProblem() });
  }

  push = (topic: string, body: unknown): void => {
    if (body instanceof Uint8Array)
      return this.#send((position) => encodeBinary({ kind: 'binary', ...position, topic, payload: body }));
    const json = JSON.stringify(body) ?? 'null';
    this.#send((position) => encodeWithJson({ kind: 'push', ...position, topic }, 'body', json));
  };

  #accept(seq: number, bytes: number): boolean {
    const isNew = this.#in.accept(seq) === 'new';
    if (isNew) {
      this.#window.arrived(bytes);
      this.#window.taken(bytes);
    }
    this.#scheduleAck();
    return isNew;
  }

  #pushed(topic: string, body: unknown): void {
    this.host.pushed({ client: this.client, topic, body, push: this.push });
  }

  async #perform({ id, action, body, traceparent }: JsonDataFrame & { kind: 'req' }): Promise<void> {
    const controller = this.#running.get(id) ?? new AbortController();
    this.#running.set(id, controller);
    const { signal } = controller;
    const { client, push } = this;
    const outcome = await this.host.perform({ client, id, action, body, traceparent, signal, push });
    this.#running.delete(id);
    this.#answer(id, outcome);
  }

  #answer(id: string, outcome: Outcome): void {
    if (outcome.kind === 'problem') return this.#refuse(id, outcome.problem);
    const content = outcome.kind === 'bytes' ? outcome.bytes : outcome.json;
    if (isLargerThan(content, this.#maxFrameBytes - headBytes))
      return this.#refuse(id, tooLarge(sizeOf(content), this.#maxFrameBytes));
    if (outcome.kind === 'body')
      return this.#send((position) => encodeWithJson({ kind: 'res', ...position, id }, 'body', outcome.json));
    const { topic, bytes } = outcome;
    this.#send((position) => encodeBinary({ kind: 'binary', ...position, topic, id, payload: bytes }));
  }

  #refuse(id: string, problem: ProblemDetails): void {
    this.#send((position) => encodeText({ kind: 'err', ...position, id, problem }));
  }

  #send(encode: Unnumbered): void {
    const { role, incarnation, log } = this.host;
    const seq = this.#out.lastSeq + 1;
    const encoded = encode({ client: this.client, role, incarnation, seq });
    if (isLargerThan(encoded, this.#maxFrameBytes)) {
      this.#out.loseNext();
      this.#warnOfTooLarge({ firstSeq: seq, lastSeq: seq });
    } else if (!this.#out.append(() => encoded)) {
      log.warn('a client reads too slowly: frames are lost', { client: this.client, ...this.#out.loseUnsent() });
      this.#out.append(() => encoded);
    }
    this.#flush();
  }

  #warnOfTooLarge(lost: LostRange): void {
    const { client } = this;
    const maxFrameBytes = this.#maxFrameBytes;
    this.host.log.warn('a frame is larger than the relay carries: it is lost', { client, maxFrameBytes, ...lost });
  }

  #flush(): void {
    if (this.#leg === undefined) return;
    for (const encoded of this.#out.takeSendable()) this.#leg.send(encoded);
  }

  #scheduleAck(): void {
    if (this.#window.isAckDue) return this.#acknowledge();
    this.#cancelAck ??= this.host.timers.after(ackDelayMs, () => this.#acknowledge());
  }

  #acknowledge(opens?: true): void {
    this.#cancelAck?.();
    this.#cancelAck = undefined;
    this.#window.acknowledged();
    const { role, incarnation } = this.host;
    const { received } = this.#in;
    const { credit } = this.#window;
    this.#leg?.send(encodeText({ kind: 'ack', client: this.client, role, incarnation, received, credit, opens }));
  }
}

function tooLarge(bytes: number, maxFrameBytes: number): ProblemDetails {
  const detail = `the answer has ${bytes} bytes or more; one frame carries ${maxFrameBytes}, its head of up to ${headBytes} included`;
  return new MusterError('body-too-large', detail).toProblem();
}
