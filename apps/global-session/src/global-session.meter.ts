import type { Metrics } from '@muster/platform';
import { admissionMetrics, type AdmissionMeter, type GlobalSession, startFailures } from '@muster/sessions';

/** Counts for Prometheus what becomes of sessions that wait. */
export function admissionMeter(metrics: Metrics): AdmissionMeter {
  const failures = metrics.counter(admissionMetrics.failures);
  const takeovers = metrics.counter(admissionMetrics.takeovers);
  // A series that begins with its first failure would hide that one from whoever looks at the increase.
  for (const reason of [...startFailures, 'other' as const]) failures.inc({ reason }, 0);
  return { failed: (reason) => failures.inc({ reason }), tookOver: (sessions) => takeovers.inc(sessions) };
}

/** What is read when somebody scrapes. */
export function showAdmission(metrics: Metrics, { counts }: GlobalSession): void {
  metrics.gauge(admissionMetrics.sessions, async () =>
    (await counts.byState()).map(({ state, sessions }) => ({ labels: { state }, value: sessions })),
  );
  metrics.gauge(admissionMetrics.queueLength, () => counts.queued);
  metrics.gauge(admissionMetrics.queueAge, () => counts.queueAgeMs() / 1000);
  metrics.gauge(admissionMetrics.awaitingTakeover, () => counts.awaitingTakeover());
  metrics.gauge(admissionMetrics.services, () =>
    counts.services().map(({ service, state, services }) => ({ labels: { service, state }, value: services })),
  );
}
