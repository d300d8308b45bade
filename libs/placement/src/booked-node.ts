import type {
  GpuBooking,
  GpuDevice,
  HardwareAmounts,
  HardwareBooking,
  NodeDescription,
  NodeState,
} from '@muster/contracts';

/** What is left of one GPU. A card is used whole (`exclusive`) or by several (`shared`), never both at a time. */
export interface FreeGpu {
  readonly device: GpuDevice;
  readonly freeSlots: number;
  readonly freeMemoryBytes: number;
  readonly use: 'free' | 'shared' | 'exclusive';
}

/** One line of the book: what a node is, and what is left of it after everything booked there. A value: never changed in place. */
export interface BookedNode {
  readonly node: NodeDescription;
  readonly state: NodeState;
  /** Allocatable minus booked. Below zero when a node was made smaller while in use. */
  readonly free: HardwareAmounts;
  readonly gpus: readonly FreeGpu[];
  /** Bookings that are there now; breaks ties. */
  readonly workloads: number;
  /** Why the node takes no more for the moment though it has room, for example `memory`. */
  readonly pressure?: string;
  /** By worker type: how many failed on this node lately. */
  readonly recentFailures?: Readonly<Record<string, number>>;
}

/** A booking before the node has chosen its port numbers; `amounts.ports` says how many it takes. */
export type PlannedBooking = Omit<HardwareBooking, 'hostPorts'>;

/** The line of a node where nothing is booked. */
export function emptyNode(node: NodeDescription, state: NodeState = 'ready'): BookedNode {
  return { node, state, free: node.allocatable, gpus: node.gpus.map(freeGpu), workloads: 0 };
}

/** The line of a node that neither we nor others use: what it could have one day. */
export function lastingNode(node: NodeDescription): BookedNode {
  const { foreign, allocatable, gpus } = node;
  if (foreign === undefined && gpus.every(({ foreignSlots }) => foreignSlots === undefined)) return emptyNode(node);
  const unused = {
    allocatable: foreign === undefined ? allocatable : addAmounts(allocatable, foreign, 1),
    gpus: gpus.map((device) => Object.assign({}, device, { foreignSlots: 0 })),
  };
  return emptyNode(Object.assign({}, node, unused));
}

/** The node after `booking`. Does not judge: what the node itself says is booked is booked, even when it is too much. */
export function takeBooking(node: BookedNode, booking: PlannedBooking): BookedNode {
  return {
    ...node,
    free: addAmounts(node.free, booking.amounts, -1),
    gpus: booking.gpus.reduce<readonly FreeGpu[]>(takeGpu, node.gpus),
    workloads: node.workloads + 1,
  };
}

/** The node after the end of `booking`: the exact inverse of {@link takeBooking}. */
export function releaseBooking(node: BookedNode, booking: PlannedBooking): BookedNode {
  return {
    ...node,
    free: addAmounts(node.free, booking.amounts, 1),
    gpus: booking.gpus.reduce<readonly FreeGpu[]>(releaseGpu, node.gpus),
    workloads: node.workloads - 1,
  };
}

function freeGpu(device: GpuDevice): FreeGpu {
  const { slots, foreignSlots = 0, memoryBytes } = device;
  const freeMemoryBytes = memoryBytes - foreignSlots * Math.floor(memoryBytes / slots);
  return { device, freeSlots: slots - foreignSlots, freeMemoryBytes, use: foreignSlots > 0 ? 'shared' : 'free' };
}

function takeGpu(gpus: readonly FreeGpu[], booking: GpuBooking): readonly FreeGpu[] {
  return changeGpu(gpus, booking.deviceId, (gpu) => ({
    device: gpu.device,
    freeSlots: gpu.freeSlots - booking.slots,
    freeMemoryBytes: gpu.freeMemoryBytes - booking.memoryBytes,
    use: booking.exclusive || gpu.use === 'exclusive' ? 'exclusive' : 'shared',
  }));
}

function releaseGpu(gpus: readonly FreeGpu[], booking: GpuBooking): readonly FreeGpu[] {
  return changeGpu(gpus, booking.deviceId, (gpu) => {
    const freeSlots = gpu.freeSlots + booking.slots;
    const freeMemoryBytes = gpu.freeMemoryBytes + booking.memoryBytes;
    const empty = freeGpu(gpu.device);
    return { ...empty, freeSlots, freeMemoryBytes, use: freeSlots >= empty.freeSlots ? empty.use : gpu.use };
  });
}

/** A booked device that the node no longer has (a card was taken out) changes nothing. */
function changeGpu(gpus: readonly FreeGpu[], deviceId: string, change: (gpu: FreeGpu) => FreeGpu): readonly FreeGpu[] {
  return gpus.map((gpu) => (gpu.device.id === deviceId ? change(gpu) : gpu));
}

function addAmounts(a: HardwareAmounts, b: HardwareAmounts, sign: 1 | -1): HardwareAmounts {
  return {
    cpuMillis: a.cpuMillis + sign * b.cpuMillis,
    memoryBytes: a.memoryBytes + sign * b.memoryBytes,
    diskBytes: a.diskBytes + sign * b.diskBytes,
    ports: a.ports + sign * b.ports,
  };
}
