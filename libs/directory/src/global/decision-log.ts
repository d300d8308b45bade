import type { SessionId } from '@muster/contracts';
import type { BookedNode, PlacementPlan, PlacementPolicy, PlacementRequest } from '@muster/placement';

/** One decision with everything that it was made from: `planPlacement(requests, book, policy)` gives the same plan again. */
export interface RecordedDecision {
  readonly session: SessionId;
  readonly epoch: number;
  readonly requests: readonly PlacementRequest[];
  readonly book: readonly BookedNode[];
  readonly policy: PlacementPolicy;
  readonly plan: PlacementPlan;
}

/** The last decisions, for the debug view and for replay. Values are kept as they are: nothing is copied per decision. */
export class DecisionLog {
  private readonly decisions: RecordedDecision[] = [];

  constructor(private readonly maxKept: number) {}

  /** `decision` is only called when decisions are kept. */
  record(decision: () => RecordedDecision): void {
    if (this.maxKept === 0) return;
    this.decisions.push(decision());
    if (this.decisions.length > this.maxKept) this.decisions.shift();
  }

  /** Oldest first. */
  all(): readonly RecordedDecision[] {
    return this.decisions;
  }
}
