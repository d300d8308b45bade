import type { ExecuteFrom } from '@muster/contracts/wire';
import { type ContextParts, peersOf } from './contexts.js';
import type { ActionContext, Peers, Progress, SessionInfo } from './definition.js';
import { type LinkedSignal, linkSignals } from './linked-signal.js';
import type { Log } from './log.js';
import { childTrace, traceIdOf } from './trace.js';

export interface Asked {
  id: string;
  from: ExecuteFrom;
  traceparent: string | undefined;
  signal: AbortSignal;
  /** To the client that asked; absent when a worker asked. */
  push?: (topic: string, body: unknown) => void;
}

/** What an action, or the handler of a message, is given while it runs; to be released after. */
export interface ActionScope {
  context: ActionContext;
  release(): void;
}

export function actionScope(parts: ContextParts, asked: Asked): ActionScope {
  const context = new CallContext(parts, asked);
  return { context, release: () => context.release() };
}

/**
 * The context of one call. Most actions look at little of it and there are many calls, so that a trace, its log and a signal
 * are made when they are asked for. Functions are members of the object: authors take them out of it.
 */
class CallContext implements ActionContext {
  readonly id: string;
  readonly from: ExecuteFrom;
  readonly role: string;
  readonly incarnation: number;
  readonly scratchDir: string | undefined;
  readonly push: (topic: string, body: unknown) => void;
  readonly broadcast: (topic: string, body: unknown) => void;
  #traceparent: string | undefined;
  #log: Log | undefined;
  #peers: Peers | undefined;
  #linked: LinkedSignal | undefined;
  #isOver = false;

  constructor(
    private readonly parts: ContextParts,
    private readonly asked: Asked,
  ) {
    const { environment, broadcast } = parts;
    this.id = asked.id;
    this.from = asked.from;
    this.role = environment.role;
    this.incarnation = environment.incarnation;
    this.scratchDir = environment.scratchDir;
    this.broadcast = broadcast;
    this.push = asked.push ?? broadcast;
  }

  get session(): SessionInfo {
    return this.parts.session();
  }

  get traceparent(): string {
    return (this.#traceparent ??= childTrace(this.asked.traceparent));
  }

  get log(): Log {
    return (this.#log ??= this.parts.log.with({ traceId: traceIdOf(this.traceparent) }));
  }

  get peers(): Peers {
    return (this.#peers ??= peersOf(this.parts, this.traceparent));
  }

  get signal(): AbortSignal {
    this.#linked ??= linkSignals(this.parts.signal, this.asked.signal);
    if (this.#isOver) this.#linked.release();
    return this.#linked.signal;
  }

  readonly busy = (forMs: number, reason?: string): void =>
    this.parts.control.busy({ forMs, ...(reason !== undefined && { reason }) });

  readonly progress = ({ text, done }: Progress): void => {
    const { push } = this.asked;
    const at = { text, ...(done !== undefined && { done }) };
    if (push === undefined) this.parts.control.progress(at);
    else push(`progress/${this.asked.id}`, at);
  };

  release(): void {
    this.#isOver = true;
    this.#linked?.release();
  }
}
