import { nodeStates } from '@muster/contracts';
import { directoryMetrics, type GlobalDirectory, type NodeUsage } from '@muster/directory';
import type { Metrics, Reading } from '@muster/platform';

/** What is read when somebody scrapes. */
export function showDirectory(metrics: Metrics, directory: GlobalDirectory): void {
  const perNode = (amountOf: (usage: NodeUsage) => number) => (): Reading<'node' | 'name'>[] =>
    directory.usage().map((usage) => ({ labels: { node: usage.node, name: usage.name }, value: amountOf(usage) }));
  metrics.gauge(directoryMetrics.nodes, () => {
    const states = directory.usage().map(({ state }) => state);
    return nodeStates.map((state) => ({ labels: { state }, value: states.filter((each) => each === state).length }));
  });
  metrics.gauge(directoryMetrics.doubts, () => (directory.doubts ? 1 : 0));
  metrics.gauge(
    directoryMetrics.cpuAllocatable,
    perNode(({ allocatable }) => allocatable.cpuMillis / 1000),
  );
  metrics.gauge(
    directoryMetrics.cpuBooked,
    perNode(({ booked }) => booked.cpuMillis / 1000),
  );
  metrics.gauge(
    directoryMetrics.memoryAllocatable,
    perNode(({ allocatable }) => allocatable.memoryBytes),
  );
  metrics.gauge(
    directoryMetrics.memoryBooked,
    perNode(({ booked }) => booked.memoryBytes),
  );
  metrics.gauge(
    directoryMetrics.gpuSlots,
    perNode(({ allocatable }) => allocatable.gpuSlots),
  );
  metrics.gauge(
    directoryMetrics.gpuSlotsBooked,
    perNode(({ booked }) => booked.gpuSlots),
  );
  metrics.gauge(
    directoryMetrics.gpuMemory,
    perNode(({ allocatable }) => allocatable.gpuMemoryBytes),
  );
  metrics.gauge(
    directoryMetrics.gpuMemoryBooked,
    perNode(({ booked }) => booked.gpuMemoryBytes),
  );
}
