import { decodeBinary, type Encoded, parseFrame, sizeOf } from '@muster/relay';

/** Looks over the shoulder of one sender: what it has under way in a stream, by what was said on the wire. */
export class CreditWatch {
  readonly #underWay = new Map<number, number>();
  #credit = 0;

  constructor(
    private readonly name: string,
    private readonly broken: (breach: string) => void,
  ) {}

  /** The other end says anew where it stands: nothing is under way. */
  opens(credit: number): void {
    this.#underWay.clear();
    this.#credit = credit;
  }

  acknowledged(received: number, credit: number): void {
    for (const seq of this.#underWay.keys()) if (seq <= received) this.#underWay.delete(seq);
    this.#credit = credit;
  }

  sends(seq: number, bytes: number): void {
    this.#underWay.set(seq, bytes);
    const total = [...this.#underWay.values()].reduce((sum, each) => sum + each, 0);
    if (total > this.#credit && this.#underWay.size > 1)
      this.broken(`${this.name} has ${total} bytes under way, and credit for ${this.#credit}`);
  }
}

/** Data and gaps of one stream: what counts against its credit. */
export function streamPart(
  encoded: Encoded,
): { role: string; client: string | undefined; incarnation: number; seq: number; bytes: number } | undefined {
  const parsed = typeof encoded === 'string' ? parseFrame(encoded) : decodeBinary(encoded);
  if (!parsed.ok) return undefined;
  const { frame } = parsed;
  const bytes = sizeOf(encoded);
  if (frame.kind === 'gap') {
    const { role, client, incarnation, lastSeq } = frame;
    return { role, client, incarnation, seq: lastSeq, bytes };
  }
  if (!('seq' in frame)) return undefined;
  const { role, client, incarnation, seq } = frame;
  return { role, client, incarnation, seq, bytes };
}
