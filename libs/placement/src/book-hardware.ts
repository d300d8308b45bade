import type { GpuBooking, HardwareAmounts, HardwareRequest } from '@muster/contracts';
import type { BookedNode, FreeGpu, PlannedBooking } from './booked-node.js';
import { amountFilters, firstFailed } from './filters/index.js';
import { chooseGpus } from './gpu-fit.js';
import { hostPortsNeeded, type Need, needOf } from './need.js';

/** Why a node cannot take a request now, with what it has left. */
export interface HardwareRefusal {
  /** `cpu`, `memory`, `disk`, `ports` or `gpu`. */
  readonly filter: string;
  /** What the node lacks, for example `lack 2 CPU (best has 0.5)`. */
  readonly text: string;
  readonly free: HardwareAmounts;
  readonly gpus: readonly FreeGpu[];
}

export type HardwareAnswer =
  | { readonly booking: PlannedBooking; readonly refusal?: undefined }
  | { readonly booking?: undefined; readonly refusal: HardwareRefusal };

/**
 * How a request takes amounts and devices of one node: the one rule that the plan and the node's own reservations share.
 * Looks only at what is left, not at the node's state, labels or system. Absent amounts count as none.
 */
export function bookHardware(node: BookedNode, hardware: HardwareRequest): HardwareAnswer {
  const need = needOf({ key: '', workerType: '', hardware });
  const failed = firstFailed(
    amountFilters.filter((filter) => filter.applies(need)),
    need,
    node,
  );
  return failed === undefined ? { booking: bookingFor(need, node) } : { refusal: refusalOf(failed, need, node) };
}

/** What a need takes of a node that has passed all filters. Optional GPUs that are not there are left out. */
export function bookingFor(need: Need, node: BookedNode): PlannedBooking {
  const { cpuMillis, memoryBytes, diskBytes } = need.amounts;
  return {
    amounts: { cpuMillis, memoryBytes, diskBytes, ports: hostPortsNeeded(need, node.node) },
    gpus: gpusFor(need, node),
  };
}

function gpusFor(need: Need, node: BookedNode): GpuBooking[] {
  return (need.gpu && chooseGpus(need.gpu, node)) ?? [];
}

function refusalOf(failed: (typeof amountFilters)[number], need: Need, node: BookedNode): HardwareRefusal {
  const text = failed.explain(need, [node], failed.kind?.(need, node) ?? '');
  return { filter: failed.name, text, free: node.free, gpus: node.gpus };
}
