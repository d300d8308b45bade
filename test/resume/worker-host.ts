import { MusterError, workerHeaders } from '@muster/contracts';
import { type Encoded, parseFrame } from '@muster/relay';
import type { FakeClock } from '@muster/testing';
import type { ActionContext, Bytes } from '@muster/worker-sdk';
import type { WebSocket } from 'ws';
import { ActionRunner } from '../../libs/worker-sdk/src/action-runner.js';
import { StreamHub } from '../../libs/worker-sdk/src/stream-hub.js';
import { StreamServer } from '../../libs/worker-sdk/src/stream-server.js';
import { CreditWatch, streamPart } from './credit-watch.js';
import type { LineEnd } from './faulty-line.js';
import { type Bounds, clientNumber, type Journal, labelOf } from './journal.js';
import { MortalClock } from './mortal-clock.js';

/** What a client asks for in these tests. */
export interface Errand {
  label: number;
  takesMs: number;
  bytes: number;
  isBinary: boolean;
}

export interface WorkerHostParts {
  role: string;
  clock: FakeClock;
  journal: Journal;
  bounds: Bounds;
  clientResumeMs: number;
}

const noLog = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  with: () => noLog,
};

export function answerOf({ bytes, isBinary }: Errand): Bytes | string {
  return isBinary ? { topic: 'answer', bytes: new Uint8Array(bytes) } : 'a'.repeat(bytes);
}

/** Where the worker with the SDK runs: it can be killed with all that it remembers, and started as the next incarnation. */
export class WorkerHost {
  incarnation = 0;
  #clock: MortalClock;
  #hub: StreamHub | undefined;
  #server: StreamServer;
  #ends = new Set<LineEnd>();
  #watches = new Map<string, CreditWatch & { connection?: number }>();

  constructor(private readonly parts: WorkerHostParts) {
    this.#clock = new MortalClock(parts.clock);
    this.start();
  }

  get isUp(): boolean {
    return this.#hub !== undefined;
  }

  start(): void {
    const { role, bounds, journal, clientResumeMs } = this.parts;
    const incarnation = ++this.incarnation;
    const clock = (this.#clock = new MortalClock(this.parts.clock));
    const timers = { after: clock.after, random: () => 0.5 };
    const runner = new ActionRunner(() => ({ run: (body) => this.#run(body as Errand, clock, incarnation) }));
    this.#watches.clear();
    this.#hub = new StreamHub(
      {
        role,
        incarnation,
        ...bounds,
        timers,
        log: noLog,
        perform: ({ client, id, action, body, signal }) =>
          runner.run({
            id,
            action,
            body,
            from: { kind: 'client', clientId: client },
            context: { signal, log: noLog } as unknown as ActionContext,
          }),
        pushed: ({ client, topic }) => {
          const label = labelOf(topic);
          if (label !== undefined) journal.heard[clientNumber(client) ?? -1]?.push({ label, incarnation });
        },
      },
      clientResumeMs,
    );
    const { maxFrameBytes } = bounds;
    this.#server = new StreamServer({
      hub: this.#hub,
      guard: () => Promise.resolve(),
      maxFrameBytes,
      timers,
      log: noLog,
    });
  }

  /** A relay's WebSocket. */
  accept(end: LineEnd, headers: Record<string, string>): boolean {
    if (this.#hub === undefined || headers[workerHeaders.incarnation] !== String(this.incarnation)) return false;
    this.#ends.add(end);
    this.#observe(end);
    this.#server.open(end as unknown as WebSocket);
    return true;
  }

  /** False when this client is not known here now. */
  push(client: string, topic: string, body: unknown): boolean {
    const stream = this.#hub?.get(client);
    stream?.push(topic, body);
    return stream !== undefined;
  }

  knows(client: string): boolean {
    return this.#hub?.get(client) !== undefined;
  }

  get openLegs(): number {
    return [...this.#ends].filter((end) => !end.isGone).length;
  }

  kill(): void {
    this.#hub = undefined;
    this.#clock.die();
    for (const end of this.#ends) end.die(false);
    this.#ends.clear();
  }

  async #run(errand: Errand, clock: MortalClock, incarnation: number): Promise<unknown> {
    this.parts.journal.asks.find(({ label }) => label === errand.label)?.runs.push(incarnation);
    await clock.sleep(errand.takesMs);
    return answerOf(errand);
  }

  #observe(end: LineEnd): void {
    const send = end.send.bind(end);
    end.send = (encoded: Encoded, onSent?: () => void) => {
      const part = streamPart(encoded);
      if (part?.client !== undefined) this.#watches.get(part.client)?.sends(part.seq, part.bytes);
      send(encoded, onSent);
    };
    end.on('message', (data: Buffer, isBinary: boolean) => isBinary || this.#hears(data.toString('utf8')));
  }

  #hears(text: string): void {
    const parsed = parseFrame(text);
    if (!parsed.ok) return;
    const { frame } = parsed;
    if (frame.kind === 'ack' && frame.client !== undefined && frame.incarnation === this.incarnation)
      this.#watches.get(frame.client)?.acknowledged(frame.received, frame.credit);
    if (frame.kind !== 'client-here') return;
    const name = `the worker towards ${frame.client}`;
    const known =
      this.#watches.get(frame.client) ?? new CreditWatch(name, (text) => this.parts.journal.breaches.push(text));
    this.#watches.set(frame.client, known);
    // A relay that its client has left is not followed.
    if (this.#isOutdated(frame.client, frame.connection ?? 0)) return;
    known.opens(frame.credit);
  }

  #isOutdated(client: string, connection: number): boolean {
    return connection < (this.#hub?.get(client)?.connection ?? 0);
  }
}

/** Where a worker without the SDK runs; relays call it. */
export class PlainWorkerHost {
  incarnation = 1;
  isUp = true;

  constructor(
    private readonly journal: Journal,
    private readonly random: () => number,
  ) {}

  kill(): void {
    this.isUp = false;
  }

  start(): void {
    this.isUp = true;
    this.incarnation += 1;
  }

  /** `POST /v1/execute` as a relay's process, with this clock, sees it. Its answers come in any order. */
  async execute(errand: Errand, clock: MortalClock, signal?: AbortSignal): Promise<unknown> {
    const lost = (sent: boolean): MusterError =>
      new MusterError('upstream-unavailable', 'nobody answers', { extensions: { sent } });
    await clock.sleep(this.random() * 100, signal);
    if (!this.isUp) throw lost(false);
    const { incarnation } = this;
    this.journal.asks.find(({ label }) => label === errand.label)?.runs.push(incarnation);
    await clock.sleep(errand.takesMs + this.random() * 100, signal);
    if (this.incarnation !== incarnation || !this.isUp) throw lost(true);
    const answer = answerOf(errand);
    if (typeof answer === 'string') return { body: answer };
    return { binary: { topic: answer.topic, base64: Buffer.from(answer.bytes).toString('base64') } };
  }
}
