import { counterOf, gaugeOf, secondsOf } from '@muster/platform';

const failures = counterOf(
  'muster_session_start_failures_total',
  'Sessions that failed before they ever ran, by reason',
  ['reason'],
);

/** Of each replica of global session: all replicas read the same database, so take the greatest, never the sum, of gauges. */
export const admissionMetrics = {
  sessions: gaugeOf('muster_sessions', 'Sessions that have not ended, by state', ['state']),
  queueLength: gaugeOf('muster_queue_sessions', 'Sessions that waited at the last look at the queue'),
  queueAge: gaugeOf(
    'muster_queue_oldest_age_seconds',
    'How long the session has waited that waits longest; 0 = none waits',
  ),
  awaitingTakeover: gaugeOf(
    'muster_sessions_awaiting_takeover',
    'Sessions whose session service has lost its lease, and which nobody has taken over yet',
  ),
  services: gaugeOf('muster_services', 'Session services and relays that are known, by the state of their lease', [
    'service',
    'state',
  ]),
  takeovers: counterOf('muster_session_takeovers_total', 'Sessions that were given to another session service'),
  failures,
} as const;

/** Of each session service. */
export const holdingMetrics = {
  held: gaugeOf('muster_held_sessions', 'Sessions that this session service holds'),
  workers: gaugeOf('muster_workers', 'Workers of the sessions that are held, by state', ['state']),
  strays: gaugeOf(
    'muster_stray_workloads',
    'Incarnations that were given up without the word of their node that they have ended',
  ),
  restarts: counterOf('muster_worker_restarts_total', 'Workers that were started again'),
  starts: secondsOf('muster_session_start_duration_seconds', 'From the request for a session until it runs', {
    buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800],
  }),
  phases: secondsOf(
    'muster_session_start_phase_seconds',
    'Of a start that came to run: from the phase before to this one',
    {
      labels: ['phase'],
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 30, 120, 600],
    },
  ),
  failures,
} as const;
