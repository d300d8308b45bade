import type { NodeId, NodeState } from '@muster/contracts';
import { emptyNode, type BookedNode } from '@muster/placement';

/** What workloads may have of a node, or have of it. */
export interface UsedAmounts {
  cpuMillis: number;
  memoryBytes: number;
  gpuSlots: number;
  gpuMemoryBytes: number;
}

/** One line of the book, for those who watch it. */
export interface NodeUsage {
  node: NodeId;
  name: string;
  state: NodeState;
  allocatable: UsedAmounts;
  booked: UsedAmounts;
}

/** By what the node itself said. A node that was made smaller while in use has nothing free, and so all of it booked. */
export function usageOf(line: BookedNode): NodeUsage {
  const { node, state } = line;
  const allocatable = freeOf(emptyNode(node));
  const free = freeOf(line);
  return {
    node: node.id as NodeId,
    name: node.name,
    state,
    allocatable,
    booked: {
      cpuMillis: Math.max(0, allocatable.cpuMillis - free.cpuMillis),
      memoryBytes: Math.max(0, allocatable.memoryBytes - free.memoryBytes),
      gpuSlots: Math.max(0, allocatable.gpuSlots - free.gpuSlots),
      gpuMemoryBytes: Math.max(0, allocatable.gpuMemoryBytes - free.gpuMemoryBytes),
    },
  };
}

function freeOf({ free, gpus }: BookedNode): UsedAmounts {
  return {
    cpuMillis: free.cpuMillis,
    memoryBytes: free.memoryBytes,
    gpuSlots: sumOf(gpus.map(({ freeSlots }) => freeSlots)),
    gpuMemoryBytes: sumOf(gpus.map(({ freeMemoryBytes }) => freeMemoryBytes)),
  };
}

function sumOf(amounts: readonly number[]): number {
  return amounts.reduce((sum, each) => sum + each, 0);
}
