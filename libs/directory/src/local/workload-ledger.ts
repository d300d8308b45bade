import type { SessionId, WorkloadId, WorkloadReport } from '@muster/contracts';

const order = { starting: 0, running: 1, answering: 2, exited: 3 } as const;

/**
 * What this node has observed of every workload: status, which never goes back within one incarnation. The ended stay
 * until their holder has heard of them, at most `maxEnded` of them.
 */
export class WorkloadLedger {
  private readonly reports = new Map<WorkloadId, WorkloadReport>();

  constructor(private readonly maxEnded = 1000) {}

  get(id: WorkloadId): WorkloadReport | undefined {
    return this.reports.get(id);
  }

  ofSession(session: SessionId): WorkloadReport[] {
    return [...this.reports.values()].filter((report) => report.session === session);
  }

  live(): WorkloadReport[] {
    return [...this.reports.values()].filter(({ state }) => state !== 'exited');
  }

  /** Of those that have not ended. */
  counts(): { state: WorkloadReport['state']; workloads: number }[] {
    const live = this.live();
    return (['starting', 'running', 'answering'] as const).map((state) => ({
      state,
      workloads: live.filter((report) => report.state === state).length,
    }));
  }

  /** True when this is news. An address once known stays. */
  observe(report: WorkloadReport): boolean {
    const known = this.reports.get(report.workload);
    if (known !== undefined && order[report.state] <= order[known.state]) return false;
    const address = report.address ?? known?.address;
    this.reports.delete(report.workload);
    this.reports.set(report.workload, address === undefined ? report : { ...report, address });
    if (report.state === 'exited') this.forgetOldestEnded();
    return true;
  }

  /** The holder knows of its end: nothing more to say. */
  heard(report: WorkloadReport): void {
    if (report.state === 'exited' && this.reports.get(report.workload) === report) this.reports.delete(report.workload);
  }

  /** It never ran, so there is nothing to report of it. */
  forget(id: WorkloadId): void {
    this.reports.delete(id);
  }

  private forgetOldestEnded(): void {
    const ended = [...this.reports.values()].filter(({ state }) => state === 'exited');
    for (const report of ended.slice(0, Math.max(0, ended.length - this.maxEnded)))
      this.reports.delete(report.workload);
  }
}
