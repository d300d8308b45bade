import type { Architecture, GpuDevice, HardwareAmounts, NodeDescription, NodeId, OsFamily } from '@muster/contracts';
import type { BackendName } from '../contract/capabilities.js';
import type { DeclaredNode } from './declared-node.js';

/** What a back end found out about its computer, before anything declared. */
export interface FoundHardware {
  readonly hostName: string;
  readonly capacity: HardwareAmounts;
  readonly gpus: GpuDevice[];
  readonly os: { family: OsFamily; build: string };
  readonly arch: Architecture;
  /** Names of images that are there already. */
  readonly images: string[];
  readonly backend: BackendName;
}

/** How an operator's settings change what was found. */
export interface NodeOptions {
  readonly nodeId: NodeId;
  /** Default: the host's name. */
  readonly nodeName?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly pools?: readonly string[];
  /** Kept for the system, taken from what is found. Default: nothing. */
  readonly reserved?: Partial<HardwareAmounts>;
}

/** The node as it is described to the directory: found, then declared, less what is kept for the system. */
export function describeNode(options: NodeOptions, found: FoundHardware, declared: DeclaredNode): NodeDescription {
  const capacity = Object.assign({}, found.capacity, given(declared.capacity));
  return {
    id: options.nodeId,
    name: declared.name ?? options.nodeName ?? found.hostName,
    capacity,
    allocatable: less(capacity, { ...options.reserved, ...given(declared.reserved) }),
    gpus: declared.gpus ?? found.gpus,
    os: declared.os ?? found.os,
    arch: declared.arch ?? found.arch,
    labels: declared.labels ?? { ...options.labels },
    pools: declared.pools ?? [...(options.pools ?? [])],
    ...(declared.workerTypes && { workerTypes: declared.workerTypes }),
    images: found.images,
    backend: found.backend,
  };
}

function given(amounts: Partial<HardwareAmounts> = {}): Partial<HardwareAmounts> {
  return Object.fromEntries(Object.entries(amounts).filter(([, amount]) => amount !== undefined));
}

function less(capacity: HardwareAmounts, reserved: Partial<HardwareAmounts>): HardwareAmounts {
  const left = (name: keyof HardwareAmounts): number => Math.max(0, capacity[name] - (reserved[name] ?? 0));
  return {
    cpuMillis: left('cpuMillis'),
    memoryBytes: left('memoryBytes'),
    diskBytes: left('diskBytes'),
    ports: left('ports'),
  };
}
