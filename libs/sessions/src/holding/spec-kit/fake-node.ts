import {
  MusterError,
  type FenceOnNode,
  type FenceOnNodeAnswer,
  type NodeId,
  type NodeState,
  type SessionId,
  type WorkerReports,
  type WorkloadReport,
} from '@muster/contracts';

export type Exit = NonNullable<WorkloadReport['exit']>;
export type OnReports = (reportTo: string, reports: WorkerReports) => void;

interface KeptWorkload {
  report: WorkloadReport;
  reportTo: string;
}

/** A node with its workloads: what it obeys is decided by the fencing rules of the real ones. */
export class FakeNode {
  epoch = 1;
  state: NodeState = 'ready';
  reachable = true;
  readonly workloads = new Map<string, KeptWorkload>();
  readonly fences = new Map<SessionId, number>();
  /** What was told to stop: a start that comes later is refused. */
  readonly usedUp = new Set<string>();

  constructor(
    readonly id: NodeId,
    private readonly onReports: OnReports,
  ) {}

  admit(session: SessionId, epoch: number, nodeEpoch: number): void {
    if ((this.fences.get(session) ?? 0) > epoch) throw stale('epoch');
    if (this.epoch !== nodeEpoch) throw stale('node-epoch');
    this.fences.set(session, epoch);
  }

  fence({ session, epoch, reportTo }: FenceOnNode): FenceOnNodeAnswer {
    if ((this.fences.get(session) ?? 0) > epoch) throw stale('epoch');
    this.fences.set(session, epoch);
    const mine = [...this.workloads.values()].filter(({ report }) => report.session === session);
    for (const kept of mine) kept.reportTo = reportTo;
    return { nodeEpoch: this.epoch, workloads: mine.map(({ report }) => report) };
  }

  /** What has not ended, also of one role alone. */
  running(role?: string): KeptWorkload[] {
    return [...this.workloads.values()].filter(
      ({ report }) => report.state !== 'exited' && (role === undefined || report.role === role),
    );
  }

  /** Tells what it has reported last. */
  reportAgain(): void {
    for (const kept of this.workloads.values()) this.send(kept);
  }

  finish(workload: string, exit: Exit): void {
    const kept = this.workloads.get(workload);
    if (kept !== undefined && kept.report.state !== 'exited') this.update(kept, { state: 'exited', exit });
  }

  update(kept: KeptWorkload, change: Partial<WorkloadReport>): void {
    kept.report = { ...kept.report, ...change };
    this.send(kept);
  }

  private send({ report, reportTo }: KeptWorkload): void {
    if (this.reachable) this.onReports(reportTo, { node: this.id, nodeEpoch: this.epoch, reports: [report] });
  }
}

/** As nodes and workers refuse what is older than what they have seen. */
export function stale(matter: string): MusterError {
  return new MusterError('stale', `a newer ${matter} is known`, { extensions: { matter } });
}
