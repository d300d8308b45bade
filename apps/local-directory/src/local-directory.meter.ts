import { nodeMetrics, type NodeAgent, type NodeMeter } from '@muster/directory';
import type { Metrics } from '@muster/platform';

/** Counts for Prometheus what a node finds. */
export function nodeMeter(metrics: Metrics): NodeMeter {
  const found = metrics.counter(nodeMetrics.orphansFound);
  const removed = metrics.counter(nodeMetrics.orphansRemoved);
  return { foundOrphan: () => found.inc(), removedOrphan: () => removed.inc() };
}

/** What is read when somebody scrapes; nothing before the node has started. */
export function showNode(metrics: Metrics, agentNow: () => NodeAgent | undefined): void {
  metrics.gauge(nodeMetrics.orphans, () => agentNow()?.counts().orphans ?? []);
  metrics.gauge(nodeMetrics.workloads, () =>
    (agentNow()?.counts().workloads ?? []).map(({ state, workloads }) => ({ labels: { state }, value: workloads })),
  );
}
