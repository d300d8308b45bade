import type { BookedNode } from '../booked-node.js';
import type { Need } from '../need.js';

/** The part (0 to 1) of CPU and memory, whichever is scarcer, that will be booked once the need is met. */
export function usedFraction({ amounts }: Need, { node, free }: BookedNode): number {
  const { allocatable } = node;
  const cpu = (free.cpuMillis - amounts.cpuMillis) / Math.max(1, allocatable.cpuMillis);
  const memory = (free.memoryBytes - amounts.memoryBytes) / Math.max(1, allocatable.memoryBytes);
  return Math.min(1, Math.max(0, 1 - Math.min(cpu, memory)));
}
