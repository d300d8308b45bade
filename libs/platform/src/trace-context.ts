import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

/** W3C Trace Context (https://www.w3.org/TR/trace-context/): who asked for what is being done. */
export interface TraceContext {
  /** 32 hex digits, the same in every service that works on one request. */
  readonly traceId: string;
  /** 16 hex digits, of this service's part. */
  readonly spanId: string;
  /** Whether its spans are recorded by whoever records any. */
  readonly sampled: boolean;
  readonly requestId?: string;
}

const storage = new AsyncLocalStorage<TraceContext | undefined>();
const pattern = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

export function currentTrace(): TraceContext | undefined {
  return storage.getStore();
}

/** What a `traceparent` names; undefined for anything else. */
export function parseTraceparent(text: string | undefined): TraceContext | undefined {
  const [, traceId, spanId, flags] = pattern.exec(text ?? '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** A part of its own below `parent`; without one it begins a trace, which whoever comes after us may record. */
export function childTrace(parent: TraceContext | undefined): TraceContext {
  const { traceId = randomBytes(16).toString('hex'), sampled = true } = parent ?? {};
  return { traceId, spanId: randomBytes(8).toString('hex'), sampled };
}

/** A trace that nobody records: of what is done again and again, or for nobody. */
export function unrecordedTrace(): TraceContext {
  return { ...childTrace(undefined), sampled: false };
}

export function runInTrace<T>(trace: TraceContext, task: () => T): T {
  return storage.run(trace, task);
}

/** For what goes on by itself: it must not count as done for the request that happened to wake it. */
export function runOutsideTraces<T>(task: () => T): T {
  return storage.run(undefined, task);
}

/** The `traceparent` header for an outgoing call. */
export function traceparentOf(trace: TraceContext = currentTrace() ?? unrecordedTrace()): string {
  return `00-${trace.traceId}-${trace.spanId}-${trace.sampled ? '01' : '00'}`;
}
