import type { Clock } from '@muster/platform';

/** How often workers of each type failed here lately, so that placement can look elsewhere. */
export class RecentFailures {
  private failures: { workerType: string; atMs: number }[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly keptMs = 600_000,
    private readonly maxKept = 1000,
  ) {}

  /** An exit by its own will, with code 0, is none. */
  add(workerType: string, exitCode: number | null | undefined): void {
    if (workerType === '' || exitCode === 0) return;
    this.failures = [...this.failures, { workerType, atMs: this.clock.monotonicMs() }].slice(-this.maxKept);
  }

  byWorkerType(): Record<string, number> {
    const from = this.clock.monotonicMs() - this.keptMs;
    this.failures = this.failures.filter(({ atMs }) => atMs > from);
    const counts: Record<string, number> = {};
    for (const { workerType } of this.failures) counts[workerType] = (counts[workerType] ?? 0) + 1;
    return counts;
  }
}
