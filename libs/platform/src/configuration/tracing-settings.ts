import { integerSetting, ratioSetting, secretSetting, urlSetting } from './settings.js';

/** A header as fetch takes it, so that a wrong one is found at the start. */
const headers = /^\s*[\w!#$%&'*+.^`|~-]+\s*=[\t\x20-\x7e]+$/;

/** Traces: see docs/how-to/observe.md. Without an endpoint nothing is recorded, and nothing of OpenTelemetry is loaded. */
export const tracingSettings = {
  MUSTER_OTLP_ENDPOINT: urlSetting(
    'Where traces go: an OTLP/HTTP receiver, without /v1/traces (http://collector:4318); absent: nowhere',
  ),
  MUSTER_OTLP_HEADERS: secretSetting('Headers for the receiver of traces, such as its token', {
    kind: 'name=value, separated by commas',
    fits: (text) => text.split(',').every((each) => headers.test(each)),
  }),
  MUSTER_TRACE_SAMPLE_RATIO: ratioSetting(
    'Part of the traces that begin here which is recorded; for those that a caller began, the caller has decided',
    1,
  ),
  MUSTER_TRACE_QUEUE_SPANS: integerSetting('Spans that may wait for the receiver; more are dropped and counted', 2048, {
    min: 1,
    max: 1_000_000,
  }),
  MUSTER_TRACE_BATCH_SPANS: integerSetting('Most spans in one request to the receiver', 256, { min: 1, max: 10_000 }),
  MUSTER_TRACE_EXPORT_DELAY_MS: integerSetting('Longest wait of a span for others to be sent with', 1000, {
    min: 10,
    max: 60_000,
  }),
  MUSTER_TRACE_EXPORT_TIMEOUT_MS: integerSetting('Longest wait for the receiver, also when the process ends', 5000, {
    min: 100,
    max: 60_000,
  }),
} as const;
