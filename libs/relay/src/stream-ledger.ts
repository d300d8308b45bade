import { type Encoded, isLargerThan, sizeOf } from './encoded.js';
import { streamDefaults } from './limits.js';

export interface LostRange {
  firstSeq: number;
  lastSeq: number;
}

interface Entry {
  /** For a gap: the last of the range. */
  seq: number;
  /** Differs from `seq` for a gap only. */
  firstSeq: number;
  bytes: number;
  encoded: Encoded;
  isGap: boolean;
}

export interface StreamLedgerOptions {
  /** Bytes kept, sent or not. */
  bufferBytes?: number;
  /** Bytes that may be under way before the first ack; 0 = wait for the ack that opens. */
  credit?: number;
  /** The first frame is this one plus 1. */
  lastSeq?: number;
  encodeGap(range: LostRange): Encoded;
}

/**
 * A sender's bookkeeping of one stream (client, role, incarnation, direction): numbers frames from 1, keeps them until they
 * are acknowledged, lets no more under way than the receiver gave credit for, repeats after a reconnect. Memory is bounded:
 * beyond `bufferBytes` a frame is refused, and the caller either waits or gives up what was not sent (`loseUnsent`).
 */
export class StreamLedger {
  readonly #bufferBytes: number;
  readonly #encodeGap: (range: LostRange) => Encoded;
  #entries: Entry[] = [];
  /** How many of the entries are under way. */
  #sent = 0;
  #underWayBytes = 0;
  #keptBytes = 0;
  #credit: number;
  #isOpen: boolean;
  #lastSeq: number;
  #acknowledged: number;

  constructor(options: StreamLedgerOptions) {
    this.#bufferBytes = options.bufferBytes ?? streamDefaults.bufferBytes;
    this.#credit = options.credit ?? 0;
    this.#isOpen = this.#credit > 0;
    this.#lastSeq = options.lastSeq ?? 0;
    this.#acknowledged = this.#lastSeq;
    this.#encodeGap = options.encodeGap;
  }

  get keptBytes(): number {
    return this.#keptBytes;
  }

  get underWayBytes(): number {
    return this.#underWayBytes;
  }

  get lastSeq(): number {
    return this.#lastSeq;
  }

  get acknowledgedSeq(): number {
    return this.#acknowledged;
  }

  get hasUnsent(): boolean {
    return this.#sent < this.#entries.length;
  }

  /**
   * Numbers, keeps and queues a frame. False (and no number used) when it does not fit; a buffer in which nothing waits takes
   * any frame, so that one is never stuck.
   */
  append(encode: (seq: number) => Encoded): boolean {
    const seq = this.#lastSeq + 1;
    const encoded = encode(seq);
    const bytes = sizeOf(encoded);
    if (this.#keptBytes + bytes > this.#bufferBytes && this.#hasWaitingFrames()) return false;
    this.#add({ seq, firstSeq: seq, bytes, encoded, isGap: false });
    this.#lastSeq = seq;
    return true;
  }

  /** What may be sent now, in order. The caller sends all of it. */
  takeSendable(): Encoded[] {
    const sendable: Encoded[] = [];
    for (let entry = this.#entries[this.#sent]; entry !== undefined; entry = this.#entries[this.#sent]) {
      if (!this.#mayGo(entry)) break;
      this.#sent += 1;
      this.#underWayBytes += entry.bytes;
      sendable.push(entry.encoded);
    }
    return sendable;
  }

  /** An ack arrived. Older ones than the newest change nothing. */
  acknowledge(received: number, credit: number): void {
    if (received < this.#acknowledged) return;
    this.#forget(Math.min(received, this.#lastSeq));
    if (this.#isOpen) this.#credit = credit;
  }

  /**
   * The receiver says anew where it stands: all beyond `received` counts as not sent. A receiver that knows less than it had
   * acknowledged (it was replaced) is told of a gap first.
   */
  reopen(received: number, credit: number): void {
    const forgotten =
      received < this.#acknowledged ? { firstSeq: received + 1, lastSeq: this.#acknowledged } : undefined;
    if (forgotten === undefined) this.acknowledge(received, credit);
    this.detach();
    this.#isOpen = true;
    this.#credit = credit;
    if (forgotten === undefined) return;
    this.#addGap(forgotten, 0);
    this.#acknowledged = received;
  }

  /** The connection is lost: what was under way must be sent again, and nothing before `reopen`. */
  detach(): void {
    this.#sent = 0;
    this.#underWayBytes = 0;
    this.#credit = 0;
    this.#isOpen = false;
  }

  /** Gives up all frames that are not under way; a gap in their place tells the receiver. Nothing when there are none. */
  loseUnsent(): LostRange | undefined {
    const unsent = this.#entries.splice(this.#sent);
    const [first] = unsent;
    if (first === undefined) return undefined;
    this.#keptBytes -= unsent.reduce((sum, entry) => sum + entry.bytes, 0);
    const range = { firstSeq: first.firstSeq, lastSeq: this.#lastSeq };
    this.#addGap(range, this.#entries.length);
    return range;
  }

  /**
   * One number is used up to say that something is lost that has none: a frame that cannot be carried, or an unknown number of
   * frames before this stream was taken up.
   */
  loseNext(): void {
    this.#lastSeq += 1;
    this.#addGap({ firstSeq: this.#lastSeq, lastSeq: this.#lastSeq }, this.#entries.length);
  }

  /** Gaps take the place of the frames that the new connection does not carry. Only while nothing is under way. */
  loseLargerThan(maxBytes: number): LostRange[] {
    const lost = this.#entries.filter((entry) => !entry.isGap && isLargerThan(entry.encoded, maxBytes));
    for (const entry of lost) {
      const at = this.#entries.indexOf(entry);
      this.#entries.splice(at, 1);
      this.#keptBytes -= entry.bytes;
      this.#addGap({ firstSeq: entry.seq, lastSeq: entry.seq }, at);
    }
    return lost.map(({ seq }) => ({ firstSeq: seq, lastSeq: seq }));
  }

  #hasWaitingFrames(): boolean {
    return this.#entries.slice(this.#sent).some((entry) => !entry.isGap);
  }

  #mayGo(entry: Entry): boolean {
    return this.#credit > 0 && (this.#underWayBytes === 0 || this.#underWayBytes + entry.bytes <= this.#credit);
  }

  /** One that follows another becomes one with it, unless that is under way: what is lost in a row takes no more room. */
  #addGap({ firstSeq, lastSeq }: LostRange, at: number): void {
    const before = at > this.#sent ? this.#entries[at - 1] : undefined;
    if (before?.isGap === true && before.seq + 1 === firstSeq) {
      this.#entries.splice(at - 1, 1);
      this.#keptBytes -= before.bytes;
      return this.#addGap({ firstSeq: before.firstSeq, lastSeq }, at - 1);
    }
    const encoded = this.#encodeGap({ firstSeq, lastSeq });
    const bytes = sizeOf(encoded);
    this.#entries.splice(at, 0, { seq: lastSeq, firstSeq, bytes, encoded, isGap: true });
    this.#keptBytes += bytes;
  }

  #add(entry: Entry): void {
    this.#entries.push(entry);
    this.#keptBytes += entry.bytes;
  }

  #forget(received: number): void {
    let done = 0;
    for (const entry of this.#entries) {
      if (entry.seq > received) break;
      this.#keptBytes -= entry.bytes;
      if (done < this.#sent) this.#underWayBytes -= entry.bytes;
      done += 1;
    }
    this.#entries.splice(0, done);
    this.#sent = Math.max(0, this.#sent - done);
    this.#acknowledged = Math.max(this.#acknowledged, received);
  }
}
