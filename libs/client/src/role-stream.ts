import {
  type AckFrame,
  type BinaryFrame,
  type ErrorCode,
  type GapFrame,
  type JsonDataFrame,
  MusterError,
  type StreamPosition,
} from '@muster/contracts/wire';
import {
  CreditWindow,
  type Encoded,
  encodeBinary,
  encodeText,
  isLargerThan,
  type LostRange,
  ReceiveLedger,
  sizeOf,
  StreamLedger,
} from '@muster/relay';
import type { OpenCall } from './open-call.js';
import type { Timers } from './timers.js';

export interface RoleStreamHost {
  timers: Timers;
  windowBytes: number;
  bufferBytes: number;
  /** A larger frame would end the connection. */
  maxFrameBytes(): number;
  /** False when there is no open connection: it is lost, and repeated later. */
  send(encoded: Encoded): boolean;
  pushed(message: { role: string; topic: string; body: unknown }): void;
  binary(message: { role: string; topic: string; payload: Uint8Array }): void;
  lost(gap: LostRange & { role: string }): void;
}

/** Its number is given when it joins the stream. */
type Unnumbered = (position: { role: string; incarnation: number; seq: number }) => Encoded;

const ackDelayMs = 20;

/** The client's end of both streams with one role, through all its incarnations. */
export class RoleStream {
  #incarnation = 0;
  /** How the relay calls it that is the stream's other end. */
  #name: number | undefined;
  #out: StreamLedger | undefined;
  #in = new ReceiveLedger();
  #window: CreditWindow;
  readonly #calls = new Map<string, OpenCall>();
  #cancelAck: (() => void) | undefined;

  constructor(
    readonly role: string,
    private readonly host: RoleStreamHost,
  ) {
    this.#window = new CreditWindow(host.windowBytes);
  }

  /** 0 while the role was never reached. */
  get incarnation(): number {
    return this.#incarnation;
  }

  /** Where it stands, for the next relay. */
  get position(): StreamPosition {
    const { role, incarnation } = this;
    return { role, incarnation, received: this.#in.received, stream: this.#name };
  }

  start(call: OpenCall): void {
    this.#calls.set(call.id, call);
    if (this.#out !== undefined) this.#request(call);
  }

  cancel(call: OpenCall): void {
    if (!this.#calls.delete(call.id) || this.#out === undefined) return;
    this.#append((position) => encodeText({ kind: 'cancel', ...position, id: call.id }));
  }

  /** False when it does not fit into the buffer, or the role was never reached. */
  push(topic: string, body: unknown): boolean {
    return this.#append((position) =>
      body instanceof Uint8Array
        ? encodeBinary({ kind: 'binary', ...position, topic, payload: body })
        : encodeText({ kind: 'push', ...position, topic, body }),
    );
  }

  /** Everything begins anew with this incarnation; what may have begun and must not be repeated ends with `code`. */
  begin(incarnation: number, code: ErrorCode): void {
    const isFirst = this.#incarnation === 0;
    this.#incarnation = incarnation;
    this.#name = undefined;
    this.#in = new ReceiveLedger();
    this.#window = new CreditWindow(this.host.windowBytes);
    this.#out = new StreamLedger({
      bufferBytes: this.host.bufferBytes,
      encodeGap: (range) => encodeText({ kind: 'gap', role: this.role, incarnation, ...range }),
    });
    for (const call of this.#calls.values()) {
      if (isFirst || call.idempotent) this.#request(call);
      else this.#end(call.id, new MusterError(code, `${this.role} did not answer before its stream began anew`));
    }
  }

  detach(): void {
    this.#out?.detach();
  }

  acknowledged(ack: AckFrame): void {
    if (ack.opens && ack.incarnation > this.#incarnation) this.begin(ack.incarnation, 'worker-restarted');
    if (ack.incarnation !== this.#incarnation) return;
    if (ack.opens) this.#opened(ack);
    else this.#out?.acknowledge(ack.received, ack.credit);
    this.#flush();
  }

  skip(gap: GapFrame): void {
    if (gap.incarnation !== this.#incarnation) return;
    const lost = this.#in.skip(gap);
    if (lost !== undefined) this.#lose(lost);
    this.#scheduleAck();
  }

  take(frame: JsonDataFrame | BinaryFrame, bytes: number): void {
    if (frame.incarnation !== this.#incarnation) return;
    this.#scheduleAck();
    if (this.#in.accept(frame.seq) !== 'new') return;
    this.#window.arrived(bytes);
    this.#dispatch(frame);
    this.#window.taken(bytes);
    if (this.#window.isAckDue) this.#acknowledge();
  }

  /** The connection has ended for good. */
  end(error: MusterError): void {
    this.#cancelAck?.();
    for (const id of this.#calls.keys()) this.#end(id, error);
  }

  #opened({ received, credit, stream }: AckFrame): void {
    this.#name = stream;
    this.#out?.reopen(received, credit);
  }

  #dispatch(frame: JsonDataFrame | BinaryFrame): void {
    const { role } = this;
    if (frame.kind === 'res') this.#end(frame.id, frame.body);
    if (frame.kind === 'err') this.#end(frame.id, MusterError.fromProblem(frame.problem));
    if (frame.kind === 'push' && !this.#isProgress(frame.topic, frame.body))
      this.host.pushed({ role, topic: frame.topic, body: frame.body });
    if (frame.kind !== 'binary') return;
    const { topic, payload, id } = frame;
    if (id === undefined) this.host.binary({ role, topic, payload });
    else this.#end(id, { topic, bytes: payload });
  }

  #isProgress(topic: string, body: unknown): boolean {
    const onProgress = topic.startsWith('progress/')
      ? this.#calls.get(topic.slice('progress/'.length))?.onProgress
      : undefined;
    onProgress?.(body as { done?: number; text: string });
    return onProgress !== undefined;
  }

  #end(id: string, answer: unknown): void {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (answer instanceof MusterError) call?.reject(answer);
    else call?.resolve(answer);
  }

  /** Answers may be among what was lost: open requests are asked again by the same id, which is answered from memory. */
  #lose(lost: LostRange): void {
    this.host.lost({ role: this.role, firstSeq: lost.firstSeq, lastSeq: lost.lastSeq });
    for (const call of this.#calls.values()) this.#request(call);
  }

  #request(call: OpenCall): void {
    const { id, action, body, traceparent } = call;
    const isKept = this.#tryAppend(id, (position) =>
      encodeText({ kind: 'req', ...position, id, action, traceparent, body }),
    );
    if (!isKept) this.#end(id, new MusterError('too-many-requests', `too much waits for ${this.role} already`));
  }

  /** A body that is no JSON or too large ends this call only. */
  #tryAppend(id: string, encode: Unnumbered): boolean {
    try {
      return this.#append(encode);
    } catch (error) {
      const known =
        error instanceof MusterError ? error : new MusterError('invalid-request', String(error), { cause: error });
      this.#end(id, known);
      return true;
    }
  }

  #bounded(encoded: Encoded): Encoded {
    if (!isLargerThan(encoded, this.host.maxFrameBytes())) return encoded;
    throw new MusterError(
      'body-too-large',
      `the frame has ${sizeOf(encoded)} bytes or more, ${this.host.maxFrameBytes()} are allowed`,
    );
  }

  #append(encode: Unnumbered): boolean {
    const { role } = this;
    const incarnation = this.#incarnation;
    const isKept = this.#out?.append((seq) => this.#bounded(encode({ role, incarnation, seq }))) ?? false;
    this.#flush();
    return isKept;
  }

  #flush(): void {
    for (const encoded of this.#out?.takeSendable() ?? []) this.host.send(encoded);
  }

  #scheduleAck(): void {
    this.#cancelAck ??= this.host.timers.after(ackDelayMs, () => this.#acknowledge());
  }

  #acknowledge(): void {
    this.#cancelAck?.();
    this.#cancelAck = undefined;
    this.#window.acknowledged();
    const { credit } = this.#window;
    const { received } = this.#in;
    this.host.send(encodeText({ kind: 'ack', role: this.role, incarnation: this.#incarnation, received, credit }));
  }
}
