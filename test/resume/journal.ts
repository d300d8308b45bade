import { decodeBinary, type Encoded, parseFrame, StreamLedger } from '@muster/relay';
import { vi } from 'vitest';

/** A message as it joined its sender's stream. */
export interface Sent {
  label: number;
  ledger: StreamLedger;
  seq: number;
  incarnation: number;
  /** Whom it goes to; undefined: to the worker. */
  client: number | undefined;
}

/** What a client's application saw of a role's stream, in order. */
export type Seen =
  | { kind: 'message'; label: number; incarnation: number; isWhole: boolean }
  | { kind: 'gap'; firstSeq: number; lastSeq: number; incarnation: number };

/** A client's message as the worker's application saw it. */
export interface Heard {
  label: number;
  incarnation: number;
}

export interface Ask {
  label: number;
  client: number;
  role: string;
  /** Of the answer. */
  bytes: number;
  isIdempotent: boolean;
  isCancelled: boolean;
  runs: number[];
  outcomes: string[];
}

/** Everything that the properties look at. Messages are told apart by their topic: `m` and a number. */
export class Journal {
  readonly sent = new Map<number, Sent>();
  /** By client. */
  readonly seen: Seen[][] = [];
  readonly heard: Heard[][] = [];
  /** Labels of the messages of each client that the library took. */
  readonly said: number[][] = [];
  readonly asks: Ask[] = [];
  /** Roles whose worker was restarted. */
  readonly restarted = new Set<string>();
  readonly closings: number[] = [];
  /** What broke a bound, in words. */
  readonly breaches: string[] = [];
  #labels = 0;

  nextLabel(): number {
    return ++this.#labels;
  }
}

export interface Bounds {
  windowBytes: number;
  bufferBytes: number;
  maxFrameBytes: number;
}

export function labelOf(topic: string): number | undefined {
  return /^m\d+$/.test(topic) ? Number(topic.slice(1)) : undefined;
}

/** The ids of clients here end in their number. */
export function clientNumber(id: string | undefined): number | undefined {
  const digits = /\d+$/.exec(id ?? '')?.[0];
  return digits === undefined ? undefined : Number(digits);
}

/** Notes which number each message gets, and that no sender keeps more than its bound. The answer ends it. */
export function watchLedgers(journal: Journal, bounds: Bounds): () => void {
  const append = StreamLedger.prototype.append;
  // What is under way fills at most a window and a frame; a buffer in which nothing waits takes one frame more.
  const most = Math.max(bounds.bufferBytes, bounds.windowBytes + bounds.maxFrameBytes) + bounds.maxFrameBytes;
  const spy = vi.spyOn(StreamLedger.prototype, 'append').mockImplementation(function (this: StreamLedger, encode) {
    let encoded: Encoded = '';
    const isKept = append.call(this, (seq) => (encoded = encode(seq)));
    if (isKept) note(journal, this, encoded);
    if (this.keptBytes > most) journal.breaches.push(`${this.keptBytes} bytes are kept, ${most} are allowed`);
    return isKept;
  });
  return () => spy.mockRestore();
}

function note(journal: Journal, ledger: StreamLedger, encoded: Encoded): void {
  const parsed = typeof encoded === 'string' ? parseFrame(encoded) : decodeBinary(encoded);
  if (!parsed.ok || (parsed.frame.kind !== 'push' && parsed.frame.kind !== 'binary')) return;
  const { topic, seq, incarnation } = parsed.frame;
  const label = labelOf(topic);
  const client = clientNumber(parsed.frame.client);
  if (label !== undefined) journal.sent.set(label, { label, ledger, seq, incarnation, client });
}
