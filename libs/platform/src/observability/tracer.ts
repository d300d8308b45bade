import { childTrace, currentTrace, runInTrace, type TraceContext } from '../trace-context.js';

/** Numbers, ids and names of our own; never what a user wrote, and no secret. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanStart {
  /** One of few: what differs from one to the next belongs into the attributes. */
  name: string;
  /** Default: internal. */
  kind?: 'internal' | 'server' | 'client';
  /** Default: what is being done now; nothing = a new trace. */
  parent?: TraceContext | undefined;
  attributes?: SpanAttributes;
}

/** A piece of work with a beginning and an end. */
export interface Span {
  /** Its place, for what is done below it. */
  readonly trace: TraceContext;
  note(attributes: SpanAttributes): void;
  /** Once. `failure`: a code, never a text, since texts may hold what nobody else should read. */
  end(failure?: string): void;
}

/** Spans as a port. Nothing that uses it ever waits for it. */
export interface Tracer {
  begin(start: SpanStart): Span;
  /** Sends what is left, within a bounded time. */
  close(): Promise<void>;
}

/** Records nothing, and passes the trace on. */
export const noTracer: Tracer = {
  begin: ({ parent = currentTrace() }) => ({
    trace: childTrace(parent),
    note: () => undefined,
    end: () => undefined,
  }),
  close: async () => undefined,
};

/** Does the task as one span, which ends with it. */
export async function inSpan<T>(tracer: Tracer, start: SpanStart, task: () => Promise<T>): Promise<T> {
  const span = tracer.begin(start);
  try {
    const result = await runInTrace(span.trace, task);
    span.end();
    return result;
  } catch (error) {
    span.end(failureOf(error));
    throw error;
  }
}

/** The code of an error, or what it is called. */
function failureOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (typeof code === 'string') return code;
  return typeof name === 'string' ? name : 'unknown';
}
