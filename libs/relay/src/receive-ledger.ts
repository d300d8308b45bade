export type Arrival =
  | { kind: 'new' }
  | { kind: 'duplicate' }
  /** New, but what lies between was lost: the application must hear it. */
  | { kind: 'after-hole'; firstSeq: number; lastSeq: number };

/** A receiver's bookkeeping of one stream (client, role, incarnation, direction): each seq is taken once, a hole is never silent. */
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
    if (seq <= this.#received) return { kind: 'duplicate' };
    const firstSeq = this.#received + 1;
    this.#received = seq;
    return seq === firstSeq ? { kind: 'new' } : { kind: 'after-hole', firstSeq, lastSeq: seq - 1 };
  }

  /** The sender declares frames lost. Answers the part that had not arrived, or nothing when all had. */
  skip(gap: { firstSeq: number; lastSeq: number }): { firstSeq: number; lastSeq: number } | undefined {
    if (gap.lastSeq <= this.#received) return undefined;
    const lost = { firstSeq: this.#received + 1, lastSeq: gap.lastSeq };
    this.#received = gap.lastSeq;
    return lost;
  }
}
