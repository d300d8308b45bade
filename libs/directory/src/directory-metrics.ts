import { counterOf, gaugeOf } from '@muster/platform';

const perNode = ['node', 'name'] as const;

/** Of each replica of the global directory: every replica knows every node, so take the greatest, never the sum. */
export const directoryMetrics = {
  nodes: gaugeOf('muster_nodes', 'Nodes that have reported, by state', ['state']),
  doubts: gaugeOf(
    'muster_directory_doubts_itself',
    '1 = so many nodes fell silent together that the fault is more likely here',
  ),
  cpuAllocatable: gaugeOf('muster_node_cpu_allocatable_cores', 'Cores that workloads may have', perNode),
  cpuBooked: gaugeOf('muster_node_cpu_booked_cores', 'Cores that workloads and reservations have', perNode),
  memoryAllocatable: gaugeOf('muster_node_memory_allocatable_bytes', 'Memory that workloads may have', perNode),
  memoryBooked: gaugeOf('muster_node_memory_booked_bytes', 'Memory that workloads and reservations have', perNode),
  gpuSlots: gaugeOf('muster_node_gpu_allocatable_slots', 'Slots of GPUs that workloads may have', perNode),
  gpuSlotsBooked: gaugeOf('muster_node_gpu_booked_slots', 'Slots of GPUs that are taken', perNode),
  gpuMemory: gaugeOf('muster_node_gpu_memory_allocatable_bytes', 'Memory of GPUs that workloads may have', perNode),
  gpuMemoryBooked: gaugeOf('muster_node_gpu_memory_booked_bytes', 'Memory of GPUs that is taken', perNode),
} as const;

/** Of each local directory. */
export const nodeMetrics = {
  workloads: gaugeOf('muster_node_workloads', 'Workloads on this node that have not ended, by state', ['state']),
  orphans: gaugeOf('muster_orphan_workloads', 'Workloads whose session has ended, and which still run'),
  orphansFound: counterOf('muster_orphan_workloads_found_total', 'Workloads that ran although their session had ended'),
  orphansRemoved: counterOf('muster_orphan_workloads_removed_total', 'Of those that were found, the ones that ended'),
} as const;
