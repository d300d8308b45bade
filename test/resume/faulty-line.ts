import { EventEmitter } from 'node:events';
import { type Encoded, sizeOf } from '@muster/relay';
import type { FakeClock } from '@muster/testing';

/** What one end has sent and the other has not received yet. */
type Item =
  | { kind: 'data'; payload: Encoded; onSent?: (() => void) | undefined }
  | { kind: 'ping' | 'pong' | 'reset' }
  | { kind: 'close' | 'closed'; code: number };

export interface Conditions {
  clock: FakeClock;
  /** How long the next item is on its way. */
  latencyMs(): number;
}

/** One direction of a connection: what is sent arrives in its order, late, or not at all after a cut. */
class Lane {
  #items: { item: Item; dueMs: number }[] = [];
  #stalledUntilMs = 0;
  #isPaused = false;
  #isCut = false;
  #lastDueMs = 0;
  #cancel: (() => void) | undefined;

  constructor(
    private readonly conditions: Conditions,
    private readonly receive: (item: Item) => void,
  ) {}

  get waitingBytes(): number {
    return this.#items.reduce((sum, { item }) => sum + (item.kind === 'data' ? sizeOf(item.payload) : 0), 0);
  }

  push(item: Item): void {
    // After a cut it waits for ever, as in the buffers of a connection that nobody knows to be dead.
    const { clock, latencyMs } = this.conditions;
    this.#lastDueMs = Math.max(this.#lastDueMs, clock.monotonicMs() + latencyMs());
    this.#items.push({ item, dueMs: this.#isCut ? Infinity : this.#lastDueMs });
    this.#arm();
  }

  stall(ms: number): void {
    this.#stalledUntilMs = this.conditions.clock.monotonicMs() + ms;
    this.#arm();
  }

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#arm();
  }

  /** Only this part of what is under way arrives, and nothing that is sent later. */
  cut(kept: number): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.#items.splice(Math.floor(this.#items.length * kept));
    this.#arm();
  }

  drop(): void {
    this.cut(0);
    this.#cancel?.();
  }

  #arm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const [head] = this.#items;
    if (head === undefined || this.#isPaused || head.dueMs === Infinity) return;
    const waitMs = Math.max(head.dueMs, this.#stalledUntilMs) - this.conditions.clock.monotonicMs();
    this.#cancel = this.conditions.clock.after(Math.max(0, waitMs), () => this.#deliver());
  }

  #deliver(): void {
    const head = this.#items.shift();
    this.#cancel = undefined;
    if (head === undefined) return;
    if (head.item.kind === 'data') head.item.onSent?.();
    this.receive(head.item);
    this.#arm();
  }
}

/** As `ws` and browsers do: who closes does not wait for ever for the answer. */
const unansweredCloseMs = 30_000;

const state = { connecting: 0, open: 1, closing: 2, closed: 3 } as const;

/** One end of a connection, with as much of `ws` as relay and worker use. */
export class LineEnd extends EventEmitter {
  readyState: number = state.connecting;
  peer!: LineEnd;
  readonly out: Lane;
  #cancelNotice: (() => void) | undefined;
  #isTerminated = false;

  constructor(private readonly conditions: Conditions) {
    super();
    this.out = new Lane(conditions, (item) => this.peer.#receive(item));
  }

  get isGone(): boolean {
    return this.readyState === state.closed;
  }

  get bufferedAmount(): number {
    return this.out.waitingBytes;
  }

  opened(): void {
    if (this.readyState !== state.connecting) return;
    this.readyState = state.open;
    this.emit('open');
  }

  refused(): void {
    if (this.isGone) return;
    this.emit('error', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
    this.#finish(1006);
  }

  send(payload: Encoded, onSent?: () => void): void {
    if (this.readyState === state.open) this.out.push({ kind: 'data', payload, onSent });
  }

  ping(): void {
    if (this.readyState === state.open) this.out.push({ kind: 'ping' });
  }

  pause(): void {
    this.peer.out.pause(true);
  }

  resume(): void {
    this.peer.out.pause(false);
  }

  close(code = 1005): void {
    if (this.readyState === state.connecting) return this.terminate();
    if (this.readyState !== state.open) return;
    this.readyState = state.closing;
    this.out.push({ kind: 'close', code });
    this.notices(unansweredCloseMs);
  }

  terminate(): void {
    if (this.isGone || this.#isTerminated) return;
    this.#isTerminated = true;
    this.readyState = state.closing;
    this.out.push({ kind: 'reset' });
    this.peer.out.drop();
    this.notices(0);
  }

  /** This end hears after so long that the connection is lost. */
  notices(afterMs: number): void {
    this.#cancelNotice?.();
    this.#cancelNotice = this.conditions.clock.after(afterMs, () => this.#finish(1006));
  }

  /** Its process is gone: it does nothing any more, and the other end may not hear of it. */
  die(isSilent: boolean): void {
    this.removeAllListeners();
    if (isSilent) this.out.drop();
    else this.out.push({ kind: 'reset' });
    this.#finish(1006);
  }

  #receive(item: Item): void {
    if (this.isGone) return;
    if (item.kind === 'data')
      this.emit('message', Buffer.from(item.payload as string), typeof item.payload !== 'string');
    if (item.kind === 'ping') {
      this.out.push({ kind: 'pong' });
      this.emit('ping');
    }
    if (item.kind === 'pong') this.emit('pong');
    if (item.kind === 'close') {
      this.out.push({ kind: 'closed', code: item.code });
      this.#finish(item.code);
    }
    if (item.kind === 'closed') this.#finish(item.code);
    if (item.kind === 'reset') this.#finish(1006);
  }

  #finish(code: number): void {
    if (this.isGone) return;
    this.#cancelNotice?.();
    this.readyState = state.closed;
    this.peer.out.drop();
    this.emit('close', code);
  }
}

export interface Cut {
  /** Parts (0 to 1) of what is under way that still arrive: from who dialled, and to it. */
  keptUp: number;
  keptDown: number;
  /** When the end that dialled, and the other, hear that it is lost. */
  dialerNoticesMs: number;
  otherNoticesMs: number;
}

/** A connection between who dialled it and who took it. */
export class FaultyLine {
  readonly dialer: LineEnd;
  readonly other: LineEnd;

  constructor(conditions: Conditions) {
    this.dialer = new LineEnd(conditions);
    this.other = new LineEnd(conditions);
    this.dialer.peer = this.other;
    this.other.peer = this.dialer;
  }

  /** Connects the ends, unless `accept` refuses. */
  static dial(conditions: Conditions, accept: (end: LineEnd) => boolean): FaultyLine {
    const line = new FaultyLine(conditions);
    const { dialer, other } = line;
    conditions.clock.after(conditions.latencyMs(), () => {
      if (dialer.isGone) other.die(true);
      if (other.isGone) return;
      other.opened();
      if (!accept(other)) {
        other.die(true);
        return dialer.refused();
      }
      conditions.clock.after(conditions.latencyMs(), () => dialer.opened());
    });
    return line;
  }

  get isGone(): boolean {
    return this.dialer.isGone && this.other.isGone;
  }

  cut({ keptUp, keptDown, dialerNoticesMs, otherNoticesMs }: Cut): void {
    this.dialer.out.cut(keptUp);
    this.other.out.cut(keptDown);
    this.dialer.notices(dialerNoticesMs);
    this.other.notices(otherNoticesMs);
  }

  stall(lane: 'up' | 'down', ms: number): void {
    (lane === 'up' ? this.dialer : this.other).out.stall(ms);
  }

  heal(): void {
    this.stall('up', 0);
    this.stall('down', 0);
  }
}
