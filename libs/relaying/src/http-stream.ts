import { type ErrorFrame, MusterError, type ProblemDetails, type RequestFrame } from '@muster/contracts';
import {
  CreditWindow,
  decodeBinary,
  type Encoded,
  encodeBinary,
  encodeText,
  parseFrame,
  ReceiveLedger,
  sizeOf,
  StreamLedger,
} from '@muster/relay';
import type { Member } from './member.js';
import type { RelayParts } from './ports.js';
import type { CallAnswer, WorkerCaller } from './worker-caller.js';
import type { ClientFrame } from './worker-link.js';

type Unnumbered = (position: { role: string; incarnation: number; seq: number }) => Encoded;

interface HttpStreamOptions {
  role: string;
  incarnation: number;
  caller: WorkerCaller;
  parts: RelayParts;
}

const maxAnswered = 256;

/**
 * The relay's end of both streams between one client and a worker without the SDK. What the client sent counts against its
 * window until the worker has answered it, so no more than one window waits here.
 */
export class HttpStream {
  /** No other relay gives it to a stream of this client. */
  readonly name: number | undefined;
  readonly #in = new ReceiveLedger();
  readonly #out: StreamLedger;
  readonly #window: CreditWindow;
  readonly #running = new Map<string, AbortController>();
  /** Ids of the last requests that were answered. */
  readonly #answered = new Set<string>();
  #waiting: (() => Promise<void>)[] = [];
  #underWay = 0;
  #isHere = false;

  constructor(
    private readonly member: Member,
    private readonly options: HttpStreamOptions,
  ) {
    const { role, incarnation, parts } = options;
    this.name = member.connectionNumber;
    const { received } = member.positionOf(role, incarnation);
    const encodeGap = (range: { firstSeq: number; lastSeq: number }): string => {
      parts.meter.gap('out');
      return encodeText({ kind: 'gap', role, incarnation, ...range });
    };
    this.#out = new StreamLedger({ lastSeq: received, encodeGap });
    if (received > 0) this.#out.loseNext();
    this.#window = new CreditWindow(parts.settings.windowBytes);
  }

  attach(): void {
    const { role, incarnation } = this.options;
    const { received, credit } = this.member.positionOf(role, incarnation);
    this.#isHere = true;
    this.#out.reopen(received, credit);
    this.#acknowledge(true);
    this.#flush();
  }

  detach(): void {
    this.#isHere = false;
    this.#out.detach();
  }

  /** The client is gone for good, or the worker is: what was asked is given up. */
  end(): void {
    this.detach();
    this.#waiting = [];
    for (const controller of this.#running.values()) controller.abort();
  }

  /** False: the client sent far more than it had credit for. */
  take(frame: ClientFrame): boolean {
    if (frame.kind === 'ack') this.#acknowledged(frame.frame.received, frame.frame.credit);
    if (frame.kind === 'gap') this.#skip(frame.frame);
    if (frame.kind === 'binary') this.#takeBytes(frame.seq, frame.bytes);
    if (frame.kind === 'data') this.#takeText(frame.head.seq, frame.text);
    const { windowBytes, maxFrameBytes } = this.options.parts.settings;
    return this.#window.heldBytes <= windowBytes + maxFrameBytes;
  }

  #acknowledged(received: number, credit: number): void {
    this.#out.acknowledge(received, this.member.creditOf(credit));
    this.#flush();
  }

  #skip(range: { firstSeq: number; lastSeq: number }): void {
    this.#in.skip(range);
    this.#acknowledge();
  }

  #takeBytes(seq: number, bytes: Uint8Array): void {
    if (!this.#accept(seq, bytes)) return;
    const decoded = decodeBinary(bytes);
    if (!decoded.ok) return this.#done(bytes);
    const { topic, payload } = decoded.frame;
    const binary = { topic, base64: Buffer.from(payload).toString('base64') };
    this.#enqueue(bytes, () => this.#push(seq, topic, { binary }));
  }

  #takeText(seq: number, text: string): void {
    if (!this.#accept(seq, text)) return;
    const parsed = parseFrame(text);
    const frame = parsed.ok ? parsed.frame : undefined;
    if (frame?.kind === 'req') return this.#request(frame, text);
    if (frame?.kind === 'push') return this.#enqueue(text, () => this.#push(seq, frame.topic, frame.body));
    if (frame?.kind === 'cancel') this.#running.get(frame.id)?.abort();
    if (!parsed.ok) this.#warn(`a frame for ${this.options.role} was not valid: ${parsed.reason}`);
    this.#done(text);
  }

  #accept(seq: number, encoded: Encoded): boolean {
    const isNew = this.#in.accept(seq) === 'new';
    if (isNew) this.#window.arrived(sizeOf(encoded));
    else this.#acknowledge();
    return isNew;
  }

  #request(frame: RequestFrame, encoded: Encoded): void {
    const { id } = frame;
    // A client asks again after a gap, in which its answer may have been. What runs is answered when it is done.
    if (this.#answered.has(id)) this.#refuse(id, answerLost().toProblem());
    if (this.#answered.has(id) || this.#running.has(id)) return this.#done(encoded);
    const controller = new AbortController();
    this.#running.set(id, controller);
    this.#enqueue(encoded, async () => {
      await this.#execute(frame, controller.signal);
      this.#running.delete(id);
      this.#rememberAnswered(id);
    });
  }

  #rememberAnswered(id: string): void {
    const [oldest] = this.#answered.size < maxAnswered ? [] : this.#answered;
    if (oldest !== undefined) this.#answered.delete(oldest);
    this.#answered.add(id);
  }

  async #execute({ id, action, body }: RequestFrame, signal: AbortSignal): Promise<void> {
    const { caller, parts } = this.options;
    const from = { kind: 'client' as const, clientId: this.member.id };
    try {
      if (signal.aborted) throw new MusterError('cancelled', 'the client cancelled the request');
      this.#answer(id, await caller.call({ id, action, body, from }, signal));
    } catch (error) {
      const known =
        error instanceof MusterError
          ? error
          : new MusterError('internal', 'the relay could not pass the request on', { cause: error });
      if (known.code === 'internal') parts.log.warn({ err: error, action }, 'a request could not be passed on');
      this.#refuse(
        id,
        (signal.aborted ? new MusterError('cancelled', 'the client cancelled the request') : known).toProblem(),
      );
    }
  }

  async #push(seq: number, topic: string, body: unknown): Promise<void> {
    const { role, incarnation, caller } = this.options;
    const from = { kind: 'client' as const, clientId: this.member.id };
    try {
      await caller.push({ id: `push-${this.member.id}-${incarnation}-${seq}`, action: topic, body, from });
    } catch (error) {
      this.#warn(
        `the message ${topic} was not taken by ${role}: ${error instanceof Error ? error.message : 'unknown reason'}`,
      );
    }
  }

  /** At most so many at once; the others wait in order. */
  #enqueue(encoded: Encoded, work: () => Promise<void>): void {
    this.#waiting.push(async () => {
      await work();
      this.#done(encoded);
    });
    this.#next();
  }

  #next(): void {
    if (this.#underWay >= this.options.parts.settings.maxCallsUnderWay) return;
    const work = this.#waiting.shift();
    if (work === undefined) return;
    this.#underWay += 1;
    void work().finally(() => {
      this.#underWay -= 1;
      this.#next();
    });
  }

  #done(encoded: Encoded): void {
    this.#window.taken(sizeOf(encoded));
    this.#acknowledge();
  }

  #answer(id: string, answer: CallAnswer): void {
    this.#append((position) =>
      answer.kind === 'bytes'
        ? encodeBinary({ kind: 'binary', ...position, topic: answer.topic, id, payload: answer.bytes })
        : encodeText({ kind: 'res', ...position, id, body: answer.body }),
    );
  }

  #refuse(id: string, problem: ProblemDetails): void {
    this.#append((position) => encodeText({ kind: 'err', ...position, id, problem } satisfies ErrorFrame));
  }

  #append(encode: Unnumbered): void {
    const { role, incarnation } = this.options;
    const numbered = (seq: number): Encoded => encode({ role, incarnation, seq });
    if (!this.#out.append(numbered)) {
      this.#out.loseUnsent();
      this.#out.append(numbered);
    }
    this.#flush();
  }

  #flush(): void {
    if (!this.#isHere) return;
    for (const encoded of this.#out.takeSendable()) this.member.send(encoded);
  }

  #acknowledge(opens?: true): void {
    if (!this.#isHere) return;
    const { role, incarnation } = this.options;
    const { received } = this.#in;
    this.#window.acknowledged();
    const { credit } = this.#window;
    const stream = opens && this.name;
    this.member.send(encodeText({ kind: 'ack', role, incarnation, received, credit, opens, stream }));
  }

  #warn(text: string): void {
    if (this.#isHere) this.member.send(encodeText({ kind: 'event', event: 'warning', body: { text } }));
  }
}

function answerLost(): MusterError {
  return new MusterError('delivery-unknown', 'the request was answered, and the answer is lost: it is not done again');
}
