import { workerStates } from '@muster/contracts';
import type { Metrics } from '@muster/platform';
import { holdingMetrics, type HoldingMeter, type SessionService, startFailures } from '@muster/sessions';

/** Counts for Prometheus what becomes of sessions that are held. */
export function holdingMeter(metrics: Metrics): HoldingMeter {
  const starts = metrics.histogram(holdingMetrics.starts);
  const phases = metrics.histogram(holdingMetrics.phases);
  const failures = metrics.counter(holdingMetrics.failures);
  const restarts = metrics.counter(holdingMetrics.restarts);
  // A series that begins with its first failure would hide that one from whoever looks at the increase.
  for (const reason of [...startFailures, 'other' as const]) failures.inc({ reason }, 0);
  return {
    started: (tookMs) => starts.observe(tookMs / 1000),
    reached: (phase, tookMs) => phases.observe({ phase }, tookMs / 1000),
    failed: (reason) => failures.inc({ reason }),
    restarted: (workers) => restarts.inc(workers),
  };
}

/** What is read when somebody scrapes. */
export function showHolding(metrics: Metrics, sessions: SessionService): void {
  metrics.gauge(holdingMetrics.held, () => sessions.count);
  metrics.gauge(holdingMetrics.strays, () => sessions.workerCounts().strays);
  metrics.gauge(holdingMetrics.workers, () => {
    const { states } = sessions.workerCounts();
    return workerStates.map((state) => ({ labels: { state }, value: states.get(state) ?? 0 }));
  });
}
