import type { NodeId, SessionId, WorkloadId, WorkloadReport } from '@muster/contracts';
import { type Clock, jittered, type RandomSource } from '@muster/platform';
import type { HolderCalls } from '../protocol/calls.js';
import type { SessionFences } from './session-fences.js';
import type { WorkloadLedger } from './workload-ledger.js';

export interface HolderReportsParts {
  node: NodeId;
  nodeEpoch: number;
  calls: HolderCalls;
  fences: SessionFences;
  ledger: WorkloadLedger;
  clock: Clock;
  random: RandomSource;
  onError: (error: unknown) => void;
}

interface Lane {
  due: Set<WorkloadId>;
  sending: boolean;
  failures: number;
  cancelTimer: (() => void) | undefined;
}

const coalesceMs = 10;
const firstBackoffMs = 200;
const longestBackoffMs = 10_000;
const deadlineMs = 5_000;

/**
 * Tells the holder of each session's highest fenced epoch what changed, until it answers. One lane per holder, so that a
 * dead one delays no other; what changes meanwhile goes along with the next try.
 */
export class HolderReports {
  private readonly lanes = new Map<string, Lane>();
  private stopped = false;

  constructor(private readonly parts: HolderReportsParts) {}

  /** Without a holder it waits for the fence of the next one, who gets everything. */
  changed(report: WorkloadReport): void {
    const address = this.parts.fences.reportTo(report.session);
    if (address === undefined || this.stopped) return;
    const lane = this.laneOf(address);
    lane.due.add(report.workload);
    this.schedule(address, lane, coalesceMs);
  }

  /** A holder has fenced the session: it hears everything known of it, even if it was told before. */
  fenced(session: SessionId): void {
    for (const report of this.parts.ledger.ofSession(session)) this.changed(report);
  }

  stop(): void {
    this.stopped = true;
    for (const lane of this.lanes.values()) lane.cancelTimer?.();
    this.lanes.clear();
  }

  private laneOf(address: string): Lane {
    const lane = this.lanes.get(address) ?? { due: new Set(), sending: false, failures: 0, cancelTimer: undefined };
    this.lanes.set(address, lane);
    return lane;
  }

  private schedule(address: string, lane: Lane, afterMs: number): void {
    if (lane.sending || lane.cancelTimer !== undefined || this.stopped) return;
    lane.cancelTimer = this.parts.clock.after(afterMs, () => {
      lane.cancelTimer = undefined;
      void this.send(address, lane);
    });
  }

  private async send(address: string, lane: Lane): Promise<void> {
    const reports = this.dueOf(address, lane);
    lane.sending = true;
    try {
      if (reports.length > 0) await this.deliver(address, lane, reports);
      lane.failures = 0;
    } catch (error) {
      lane.failures += 1;
      this.parts.onError(error);
    } finally {
      lane.sending = false;
    }
    if (lane.due.size === 0) this.lanes.delete(address);
    else this.schedule(address, lane, this.pauseOf(lane));
  }

  private async deliver(address: string, lane: Lane, reports: WorkloadReport[]): Promise<void> {
    const { node, nodeEpoch, calls, ledger } = this.parts;
    const { notHeld } = await calls.report(address, { node, nodeEpoch, reports }, { deadlineMs });
    for (const report of reports) {
      if (ledger.get(report.workload) === report) lane.due.delete(report.workload);
      if (!notHeld.includes(report.session)) ledger.heard(report);
    }
  }

  /** What still concerns this holder; the rest went to another one with a newer epoch. */
  private dueOf(address: string, lane: Lane): WorkloadReport[] {
    const reports: WorkloadReport[] = [];
    for (const id of lane.due) {
      const report = this.parts.ledger.get(id);
      if (report !== undefined && this.parts.fences.reportTo(report.session) === address) reports.push(report);
      else lane.due.delete(id);
    }
    return reports.slice(0, 500);
  }

  private pauseOf({ failures }: Lane): number {
    if (failures === 0) return coalesceMs;
    return jittered(Math.min(longestBackoffMs, firstBackoffMs * 2 ** (failures - 1)), this.parts.random);
  }
}
