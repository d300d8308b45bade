import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

/** W3C Trace Context (https://www.w3.org/TR/trace-context/): who asked for what is being done. */
export interface TraceContext {
  /** 32 hex digits, the same in every service that works on one request. */
  traceId: string;
  /** 16 hex digits, of this service's part. */
  spanId: string;
  requestId?: string;
}

const storage = new AsyncLocalStorage<TraceContext>();
const pattern = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

export function currentTrace(): TraceContext | undefined {
  return storage.getStore();
}

/** Continues the trace that `traceparent` names, or begins a new one. */
export function traceFrom(traceparent: string | undefined): TraceContext {
  const match = traceparent === undefined ? null : pattern.exec(traceparent);
  const traceId = match?.[1] ?? randomBytes(16).toString('hex');
  return { traceId, spanId: randomBytes(8).toString('hex') };
}

export function runInTrace<T>(trace: TraceContext, task: () => T): T {
  return storage.run(trace, task);
}

/** The `traceparent` header for an outgoing call. */
export function traceparentOf(trace: TraceContext = storage.getStore() ?? traceFrom(undefined)): string {
  return `00-${trace.traceId}-${trace.spanId}-01`;
}
