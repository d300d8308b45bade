import {
  type Fence,
  type HardwareAmounts,
  type HardwareBooking,
  type HardwareRequest,
  type NodeDescription,
  type NodeFree,
  type SessionId,
  type WorkloadId,
  workloadIdOf,
} from '@muster/contracts';
import {
  bookHardware,
  emptyNode,
  releaseBooking,
  takeBooking,
  type BookedNode,
  type HardwareRefusal,
} from '@muster/placement';

/** What holds hardware of this node: a reservation until it expires, then a workload until it has ended. */
export interface BookEntry {
  readonly id: WorkloadId;
  readonly fence: Fence;
  readonly role: string;
  readonly workerType: string;
  readonly booking: HardwareBooking;
  readonly state: 'reserved' | 'starting' | 'running';
  /** Its own IP address, where each workload has one and it is known. */
  readonly address?: string;
  /** Monotonic; only while reserved. */
  readonly expiresAtMs?: number;
}

export interface BookAsk {
  fence: Fence;
  role: string;
  workerType: string;
  hardware: HardwareRequest;
  hostPorts: number[];
  expiresAtMs: number;
}

/**
 * The node's own book, which decides last. Nothing is booked beyond what is there; every change raises `version`.
 * Synchronous, so that no two decisions overlap.
 */
export class LocalBook {
  private readonly entries = new Map<WorkloadId, BookEntry>();
  private line: BookedNode;
  private versionNow = 1;
  private portsTold: number | undefined;

  constructor(
    private described: NodeDescription,
    private readonly onChange: () => void = () => undefined,
  ) {
    this.line = emptyNode(described);
  }

  get description(): NodeDescription {
    return this.described;
  }

  /** The node has changed. What is booked stays booked, also where it is too much now. */
  describe(description: NodeDescription): void {
    this.described = description;
    this.line = this.all().reduce((line, { booking }) => takeBooking(line, booking), emptyNode(description));
    this.changed();
  }

  get(id: WorkloadId): BookEntry | undefined {
    return this.entries.get(id);
  }

  all(): BookEntry[] {
    return [...this.entries.values()];
  }

  hasSession(session: SessionId): boolean {
    return this.all().some(({ fence }) => fence.session === session);
  }

  reserve(ask: BookAsk): { entry: BookEntry } | { refusal: HardwareRefusal } {
    const answer = bookHardware(this.line, ask.hardware);
    if (answer.booking === undefined) return { refusal: answer.refusal };
    const { hardware: _hardware, hostPorts, ...rest } = ask;
    const { session, worker, incarnation } = ask.fence;
    const entry: BookEntry = {
      ...rest,
      id: workloadIdOf(session, worker, incarnation),
      booking: { ...answer.booking, hostPorts },
      state: 'reserved',
    };
    this.put(entry);
    return { entry };
  }

  /** A workload that runs already, found after our restart: booked even where it is too much. */
  adopt(entry: BookEntry): void {
    this.put(entry);
  }

  /** Changes a reservation or its state in place; the amounts stay. */
  update(id: WorkloadId, change: Partial<Pick<BookEntry, 'state' | 'expiresAtMs' | 'fence' | 'address'>>): void {
    const entry = this.entries.get(id);
    if (entry === undefined) return;
    this.entries.set(id, { ...entry, ...change });
    this.changed();
  }

  /** Gives back what it holds; what it held, or undefined if it held nothing. */
  release(id: WorkloadId): BookEntry | undefined {
    const entry = this.entries.get(id);
    if (entry === undefined) return undefined;
    this.entries.delete(id);
    this.line = releaseBooking(this.line, entry.booking);
    this.changed();
    return entry;
  }

  expired(nowMs: number): BookEntry[] {
    return this.all().filter(({ state, expiresAtMs }) => state === 'reserved' && (expiresAtMs ?? 0) <= nowMs);
  }

  /** Host ports come and go without a booking too: with foreign programs, and with forwarders. */
  free(freePorts: number): NodeFree {
    const { free, gpus } = this.line;
    if (freePorts !== this.portsTold) this.versionNow += 1;
    this.portsTold = freePorts;
    return {
      version: this.versionNow,
      amounts: notBelowZero(Object.assign({}, free, { ports: Math.min(free.ports, freePorts) })),
      gpus: gpus.map(({ device, freeSlots, freeMemoryBytes, use }) => ({
        deviceId: device.id,
        freeSlots: Math.max(0, freeSlots),
        freeMemoryBytes: Math.max(0, freeMemoryBytes),
        use,
      })),
    };
  }

  private put(entry: BookEntry): void {
    this.release(entry.id);
    this.entries.set(entry.id, entry);
    this.line = takeBooking(this.line, entry.booking);
    this.changed();
  }

  private changed(): void {
    this.versionNow += 1;
    this.onChange();
  }
}

/** A node that has shrunk below what is booked has nothing free. */
function notBelowZero({ cpuMillis, memoryBytes, diskBytes, ports }: HardwareAmounts): HardwareAmounts {
  return {
    cpuMillis: Math.max(0, cpuMillis),
    memoryBytes: Math.max(0, memoryBytes),
    diskBytes: Math.max(0, diskBytes),
    ports: Math.max(0, ports),
  };
}
