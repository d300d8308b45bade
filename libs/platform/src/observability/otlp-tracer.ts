import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags, type Context } from '@opentelemetry/api';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace';
import type { PlainCall } from '../outgoing-calls.js';
import { currentTrace, type TraceContext } from '../trace-context.js';
import type { ExportQueue } from './export-queue.js';
import type { SpanAttributes, Tracer } from './tracer.js';

export interface OtlpTracerOptions {
  /** The part of new traces that is recorded, 0 to 1; of a trace that comes from a caller, the caller has decided. */
  sampleRatio: number;
  /** Of the process, on every span. */
  resource: SpanAttributes;
  version: string;
  queue: ExportQueue<ReadableSpan>;
  closeWithinMs: number;
}

const kinds = { internal: SpanKind.INTERNAL, server: SpanKind.SERVER, client: SpanKind.CLIENT } as const;

/** Spans by the OpenTelemetry SDK: the one file that knows it. Loaded only where traces are switched on. */
export function otlpTracer({ sampleRatio, resource, version, queue, closeWithinMs }: OtlpTracerOptions): Tracer {
  const provider = new TracerProvider({
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
    resource: resourceFromAttributes({ ...resource }),
    spanProcessors: [
      {
        onStart: () => undefined,
        onEnd: (span) => queue.add(span),
        forceFlush: async () => undefined,
        shutdown: async () => undefined,
      },
    ],
  });
  const tracer = provider.getTracer('muster', version);
  return {
    begin: ({ name, kind = 'internal', parent = currentTrace(), attributes = {} }) => {
      const span = tracer.startSpan(name, { kind: kinds[kind], attributes: { ...attributes } }, contextOf(parent));
      const { traceId, spanId, traceFlags } = span.spanContext();
      return {
        trace: { traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 },
        note: (further) => void span.setAttributes({ ...further }),
        end: (failure) => {
          if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', failure);
          span.end();
        },
      };
    },
    close: () => queue.close(closeWithinMs),
  };
}

/** The request that hands a batch over: OTLP over HTTP, encoded as JSON. */
export function otlpRequest(batch: readonly ReadableSpan[]): Pick<PlainCall, 'method' | 'headers' | 'body'> {
  const bytes = JsonTraceSerializer.serializeRequest([...batch]) ?? new Uint8Array();
  return { method: 'POST', headers: { 'content-type': 'application/json' }, body: new Uint8Array(bytes) };
}

function contextOf(parent: TraceContext | undefined): Context {
  if (parent === undefined) return ROOT_CONTEXT;
  const { traceId, spanId, sampled } = parent;
  const traceFlags = sampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}
