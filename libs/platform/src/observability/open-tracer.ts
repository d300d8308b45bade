import type { CommonSettings } from '../configuration/common-settings.js';
import type { Runtime } from '../runtime.js';
import { ExportQueue, type SendOutcome } from './export-queue.js';
import { spanMetrics } from './platform-metrics.js';
import { noTracer, type Tracer } from './tracer.js';

/** The tracer that the settings ask for; OpenTelemetry is loaded, and takes memory, only where they do. */
export async function openTracer(runtime: Omit<Runtime, 'tracer'>, service: string): Promise<Tracer> {
  const { settings, clock, version, instance, metrics } = runtime;
  const endpoint = settings.MUSTER_OTLP_ENDPOINT;
  if (endpoint === undefined) return noTracer;
  const { otlpTracer, otlpRequest } = await import('./otlp-tracer.js');
  const dropped = metrics.counter(spanMetrics.dropped);
  const sent = metrics.counter(spanMetrics.sent);
  const send = sender(runtime, endpoint);
  return otlpTracer({
    sampleRatio: settings.MUSTER_TRACE_SAMPLE_RATIO,
    resource: {
      'service.namespace': 'muster',
      'service.name': service,
      'service.instance.id': instance,
      'service.version': version,
    },
    version,
    queue: new ExportQueue({
      clock,
      send: (batch) => send(otlpRequest(batch)),
      maxItems: settings.MUSTER_TRACE_QUEUE_SPANS,
      maxBatch: settings.MUSTER_TRACE_BATCH_SPANS,
      delayMs: settings.MUSTER_TRACE_EXPORT_DELAY_MS,
      onSent: (spans) => sent.inc(spans),
      onDropped: (spans) => dropped.inc(spans),
    }),
    closeWithinMs: settings.MUSTER_TRACE_EXPORT_TIMEOUT_MS,
  });
}

type Sender = (request: {
  method: string;
  headers: Record<string, string>;
  body?: Uint8Array<ArrayBuffer>;
}) => Promise<SendOutcome>;

const maxAnswerBytes = 65_536;
/** By OTLP: these say that the same request may be sent again. */
const passing = new Set([429, 502, 503, 504]);

function sender({ settings, calls, logger }: Omit<Runtime, 'tracer'>, endpoint: string): Sender {
  const headers = headersOf(settings);
  const url = `${endpoint}/v1/traces`;
  let wasAway = false;
  /** Said once each time, since it is tried again and again. */
  const note = (outcome: SendOutcome, reason: string): SendOutcome => {
    if (outcome !== 'taken' && !wasAway) logger.warn({ reason }, 'the receiver of traces does not take them');
    wasAway = outcome !== 'taken';
    return outcome;
  };
  return async (request) => {
    try {
      const { status } = await calls.plain({
        ...request,
        url,
        headers: { ...headers, ...request.headers },
        deadlineMs: settings.MUSTER_TRACE_EXPORT_TIMEOUT_MS,
        maxAnswerBytes,
      });
      if (status >= 200 && status < 300) return note('taken', '');
      return note(passing.has(status) ? 'later' : 'refused', `it answered ${status}`);
    } catch (error) {
      return note('later', error instanceof Error ? error.message : String(error));
    }
  };
}

function headersOf({ MUSTER_OTLP_HEADERS: text = '' }: CommonSettings): Record<string, string> {
  const pairs = text.split(',').filter((each) => each.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')).trim(), pair.slice(pair.indexOf('=') + 1).trim()]),
  );
}
