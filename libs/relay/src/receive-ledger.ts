/**
 * `early`: one before it was lost on its way (a relay drops what it cannot pass on). It is not taken: the sender repeats both
 * as soon as it hears where this receiver stands.
 */
export type Arrival = 'new' | 'duplicate' | 'early';

/** A receiver's bookkeeping of one stream (client, role, incarnation, direction): each seq is taken once and in order. */
export class ReceiveLedger {
  #received: number;

  constructor(received = 0) {
    this.#received = received;
  }

  /** The highest seq up to which everything arrived or was declared lost. */
  get received(): number {
    return this.#received;
  }

  accept(seq: number): Arrival {
    if (seq <= this.#received) return 'duplicate';
    if (seq > this.#received + 1) return 'early';
    this.#received = seq;
    return 'new';
  }

  /** The sender declares frames lost. Answers the part that had not arrived, or nothing when all had or it came early. */
  skip(gap: { firstSeq: number; lastSeq: number }): { firstSeq: number; lastSeq: number } | undefined {
    if (gap.lastSeq <= this.#received || gap.firstSeq > this.#received + 1) return undefined;
    const lost = { firstSeq: this.#received + 1, lastSeq: gap.lastSeq };
    this.#received = gap.lastSeq;
    return lost;
  }
}
