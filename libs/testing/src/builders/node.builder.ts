import type { GpuDevice, HardwareAmounts, NodeDescription, NodeState, OsFamily } from '@muster/contracts';
import { type BookedNode, emptyNode, type PlannedBooking, takeBooking } from '@muster/placement';

/** A Linux node with 8 cores, 32 GiB of memory, 100 GiB of disk, 100 host ports and no GPU, where nothing runs. */
export function aNode(name = 'node-1'): NodeBuilder {
  return new NodeBuilder(name);
}

const gib = 1024 ** 3;

export class NodeBuilder {
  private description: NodeDescription;
  private state: NodeState = 'ready';
  private readonly changes: ((node: BookedNode) => BookedNode)[] = [];

  constructor(name: string) {
    const capacity = { cpuMillis: 8000, memoryBytes: 32 * gib, diskBytes: 100 * gib, ports: 100 };
    this.description = {
      id: name,
      name,
      capacity,
      allocatable: capacity,
      gpus: [],
      os: { family: 'linux' },
      arch: 'amd64',
      labels: {},
      pools: [],
      images: [],
      backend: 'process',
    };
  }

  with(members: Partial<NodeDescription>): this {
    this.description = Object.assign({}, this.description, members);
    return this;
  }

  /** Allocatable and capacity; what is not named stays. */
  withAmounts(amounts: Partial<HardwareAmounts>): this {
    const { cpuMillis, memoryBytes, diskBytes, ports } = this.description.allocatable;
    const all = { cpuMillis, memoryBytes, diskBytes, ports, ...amounts };
    return this.with({ capacity: all, allocatable: all });
  }

  /** More cards; without `device`: 24 GiB, one slot, not shared. Ids are `gpu-0`, `gpu-1` and so on. */
  withGpus(count: number, device: Partial<GpuDevice> = {}): this {
    const { gpus } = this.description;
    const card = { vendor: 'nvidia', model: 'NVIDIA L4', memoryBytes: 24 * gib, sharing: 'none', slots: 1 } as const;
    const added = Array.from({ length: count }, (_, i) => ({ ...card, id: `gpu-${gpus.length + i}`, ...device }));
    return this.with({ gpus: [...gpus, ...added] });
  }

  os(family: OsFamily, build?: string): this {
    return this.with({ os: { family, build } });
  }

  windows(build = '10.0.20348'): this {
    return this.os('windows', build);
  }

  inPools(...pools: string[]): this {
    return this.with({ pools });
  }

  labelled(labels: Record<string, string>): this {
    return this.with({ labels });
  }

  onBackend(backend: NodeDescription['backend'], ...images: string[]): this {
    return this.with({ backend, images });
  }

  suspect(): this {
    return this.inState('suspect');
  }

  draining(): this {
    return this.inState('draining');
  }

  down(): this {
    return this.inState('down');
  }

  underPressure(pressure: string): this {
    return this.changed((node) => ({ ...node, pressure }));
  }

  withRecentFailures(recentFailures: Record<string, number>): this {
    return this.changed((node) => ({ ...node, recentFailures }));
  }

  /** Something already runs there. */
  booked(amounts: Partial<HardwareAmounts>, gpus: PlannedBooking['gpus'] = []): this {
    const all = { cpuMillis: 0, memoryBytes: 0, diskBytes: 0, ports: 0, ...amounts };
    return this.changed((node) => takeBooking(node, { amounts: all, gpus }));
  }

  /** What the node says about itself. */
  describe(): NodeDescription {
    return this.description;
  }

  /** Its line in the book. */
  build(): BookedNode {
    return this.changes.reduce((node, change) => change(node), emptyNode(this.description, this.state));
  }

  private inState(state: NodeState): this {
    this.state = state;
    return this;
  }

  private changed(change: (node: BookedNode) => BookedNode): this {
    this.changes.push(change);
    return this;
  }
}
