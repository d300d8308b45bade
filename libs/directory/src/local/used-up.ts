import type { WorkloadId } from '@muster/contracts';

/** Ids of workloads that have ended or were told to: nothing starts under them again. Bounded, the oldest are forgotten. */
export class UsedUp {
  private readonly ids = new Set<WorkloadId>();

  constructor(private readonly maxIds = 10_000) {}

  add(id: WorkloadId): void {
    this.ids.delete(id);
    this.ids.add(id);
    if (this.ids.size <= this.maxIds) return;
    for (const oldest of this.ids) {
      this.ids.delete(oldest);
      return;
    }
  }

  has(id: WorkloadId): boolean {
    return this.ids.has(id);
  }
}
