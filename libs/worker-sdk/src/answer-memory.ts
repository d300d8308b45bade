import { type Outcome, sizeOfOutcome } from './outcome.js';

interface Remembered {
  outcome: Promise<Outcome>;
  /** Undefined while it runs. */
  bytes: number | undefined;
}

/**
 * The answers of the last requests, by sender and id: a repeated request joins the running one or is answered again, never
 * done twice. Bounded in number and bytes; the oldest finished ones are forgotten first.
 */
export class AnswerMemory {
  readonly #answers = new Map<string, Remembered>();
  #bytes = 0;

  constructor(
    private readonly maxAnswers = 1000,
    private readonly maxBytes = 32 * 1024 * 1024,
  ) {}

  get(sender: string, id: string): Promise<Outcome> | undefined {
    return this.#answers.get(keyOf(sender, id))?.outcome;
  }

  /** `outcome` never rejects. */
  remember(sender: string, id: string, outcome: Promise<Outcome>): void {
    const remembered: Remembered = { outcome, bytes: undefined };
    this.#answers.set(keyOf(sender, id), remembered);
    void this.#weigh(remembered);
  }

  async #weigh(remembered: Remembered): Promise<void> {
    remembered.bytes = sizeOfOutcome(await remembered.outcome);
    this.#bytes += remembered.bytes;
    this.#forgetOldest();
  }

  #forgetOldest(): void {
    for (const [key, { bytes }] of this.#answers) {
      if (this.#answers.size <= this.maxAnswers && this.#bytes <= this.maxBytes) return;
      if (bytes === undefined) continue;
      this.#bytes -= bytes;
      this.#answers.delete(key);
    }
  }
}

function keyOf(sender: string, id: string): string {
  return `${sender}\n${id}`;
}
