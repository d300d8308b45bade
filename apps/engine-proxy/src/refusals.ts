/** An answer of the proxy itself, in the engine's own form. */
export class ProxyAnswer extends Error {
  constructor(
    readonly status: number,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

const mostReasons = 20;

/** What does not pass, with every reason; it is logged. */
export class Refused extends ProxyAnswer {
  readonly reasons: readonly string[];
  constructor(status: number, reasons: readonly string[]) {
    const shown = reasons.slice(0, mostReasons);
    super(status, `refused by Muster's engine proxy: ${shown.join('; ')}`);
    this.reasons = shown;
  }
}

/** What the engine itself would have answered, for example that there is no such container. */
export class NotThere extends ProxyAnswer {}

/** What belongs to others: for the caller it is not there, as if the engine had only what is ours; the log says the truth. */
export class Foreign extends Refused {
  override readonly message: string;
  constructor({ of, reference }: { of: string; reference: string }) {
    super(404, [`the ${of} ${reference} does not belong to this installation`]);
    this.message = `No such ${of}: ${reference}`;
  }
}

export class EngineAway extends ProxyAnswer {
  constructor(cause: unknown) {
    super(503, `the engine cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

export function tooSlow(timeoutMs: number): EngineAway {
  return new EngineAway(new RangeError(`no answer within ${timeoutMs} ms`));
}
