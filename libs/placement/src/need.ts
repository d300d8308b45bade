import type { GpuRequest, HardwareAmounts, HardwareRequest, NodeDescription } from '@muster/contracts';
import type { PlacementRequest } from './placement-request.js';

/**
 * What a GPU request comes down to.
 * `count`, or neither `count` nor `share`, means whole cards; so does `share: 1`, and a share with `exclusive`.
 */
export interface GpuNeed {
  readonly whole: boolean;
  readonly cards: number;
  readonly share: number;
  readonly memoryBytes: number;
  /** As {@link modelText} writes it; empty = any. */
  readonly model: string;
  readonly optional: boolean;
}

/** A request made ready for being compared with many nodes: defaults filled in, nothing left to work out per node. */
export interface Need {
  readonly request: PlacementRequest;
  readonly amounts: HardwareAmounts;
  readonly gpu?: GpuNeed;
  readonly labels: readonly (readonly [string, string])[];
  readonly prefers: readonly (readonly [string, string])[];
  /** Where `near` leaves no choice: the one node it may be on. */
  readonly nearNodes: readonly string[];
  readonly apartNodes: readonly string[];
  readonly excludeNodes: readonly string[];
}

const none: readonly never[] = [];

export function needOf(request: PlacementRequest): Need {
  const { hardware } = request;
  return {
    request,
    amounts: amountsOf(hardware),
    gpu: hardware.gpu && gpuNeedOf(hardware.gpu),
    labels: hardware.labels ? Object.entries(hardware.labels) : none,
    prefers: hardware.prefers ? Object.entries(hardware.prefers) : none,
    nearNodes: none,
    apartNodes: none,
    excludeNodes: request.excludeNodes ?? none,
  };
}

/** The same need as if nothing else were running: what only chance or other workers forbid is allowed. */
export function lastingNeed(need: Need): Need {
  return { ...need, nearNodes: none, apartNodes: none, excludeNodes: none };
}

/** Host ports that a workload takes of this node. A pod has an address of its own and takes none. */
export function hostPortsNeeded(need: Need, node: NodeDescription): number {
  return node.backend === 'kubernetes' ? 0 : need.amounts.ports;
}

/** A model as it is compared: case does not matter, and labels of nodes have hyphens for blanks. */
export function modelText(model: string): string {
  return model.toLowerCase().replaceAll(' ', '-');
}

function amountsOf(hardware: HardwareRequest): HardwareAmounts {
  return {
    cpuMillis: hardware.cpuMillis ?? 0,
    memoryBytes: hardware.memoryBytes ?? 0,
    diskBytes: hardware.diskBytes ?? 0,
    ports: 1 + (hardware.ports ?? 0),
  };
}

function gpuNeedOf(gpu: GpuRequest): GpuNeed {
  const share = gpu.count === undefined && gpu.share !== undefined ? gpu.share : 1;
  return {
    whole: share >= 1 || gpu.exclusive === true,
    cards: gpu.count ?? 1,
    share,
    memoryBytes: gpu.memoryBytes ?? 0,
    model: modelText(gpu.model ?? ''),
    optional: gpu.optional === true,
  };
}
