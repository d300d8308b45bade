import { counterOf, gaugeOf, secondsOf } from './metric-declarations.js';

/** Of every process with an internal listener. */
export const platformMetrics = {
  requests: secondsOf('muster_http_request_duration_seconds', 'Time to answer a request, by route template', {
    labels: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
  }),
  eventLoopDelay: gaugeOf(
    'muster_event_loop_delay_p99_seconds',
    'How long the event loop was held since the last scrape, 99th percentile',
  ),
} as const;

/** Of processes that record traces. */
export const spanMetrics = {
  sent: counterOf('muster_trace_spans_sent_total', 'Spans that the receiver of traces has taken'),
  dropped: counterOf(
    'muster_trace_spans_dropped_total',
    'Spans that were lost: too many waited for the receiver, or it refused them',
  ),
} as const;
