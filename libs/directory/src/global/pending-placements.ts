import type { NodeId, WorkloadId } from '@muster/contracts';
import { takeBooking, type BookedNode, type PlannedBooking } from '@muster/placement';

/** Placed on a node whose own account does not show it yet. */
export interface PendingPlacement {
  workload: WorkloadId;
  node: NodeId;
  booking: PlannedBooking;
  /** Monotonic: by then the node has said so, or it never will. */
  untilMs: number;
}

export function addPending(line: BookedNode, { booking }: PendingPlacement): BookedNode {
  return takeBooking(line, booking);
}
