import type { WorkloadId, WorkloadReport } from '@muster/contracts';
import type { OrchestratorBackend } from '@muster/orchestrator';
import { jittered, type Clock, type RandomSource } from '@muster/platform';
import type { HolderReports } from './holder-reports.js';
import type { LocalBook } from './local-book.js';
import type { Ports } from './port-pool.js';
import type { ProgramGate } from './program-gate.js';
import type { RecentFailures } from './recent-failures.js';
import type { UsedUp } from './used-up.js';
import type { WorkloadLedger } from './workload-ledger.js';

export interface WorkloadEndsParts {
  backend: OrchestratorBackend;
  book: LocalBook;
  ports: Ports;
  ledger: WorkloadLedger;
  gate: ProgramGate;
  usedUp: UsedUp;
  holders: HolderReports;
  failures: RecentFailures;
  clock: Clock;
  random: RandomSource;
  onError: (error: unknown) => void;
}

/** Brings workloads to their end and gives back what they held; a stop that the back end did not hear is repeated. */
export class WorkloadEnds {
  private readonly stopping = new Map<WorkloadId, { stopped: Promise<void>; byMs: number }>();
  private readonly closing = new AbortController();

  constructor(private readonly parts: WorkloadEndsParts) {}

  /** Hardware, ports and forwarder are free again. What it held, if anything. */
  giveBack(id: WorkloadId): { workerType: string } | undefined {
    const entry = this.parts.book.release(id);
    if (entry !== undefined) this.parts.ports.give(entry.booking.hostPorts);
    this.parts.gate.end(id).catch(this.parts.onError);
    return entry;
  }

  /** It was never started, and nobody needs to hear of it. */
  async neverRan(id: WorkloadId): Promise<void> {
    this.parts.ledger.forget(id);
    this.giveBack(id);
    await this.parts.gate.end(id);
  }

  /** Its end shows by what the back end reports. Twice is once, by the earlier time; resolves with the end. */
  stop(id: WorkloadId, graceMs: number): Promise<void> {
    const byMs = this.parts.clock.monotonicMs() + graceMs;
    const known = this.stopping.get(id);
    if (known !== undefined && known.byMs <= byMs) return known.stopped;
    const stopped = this.untilStopped(id, graceMs).finally(() => {
      if (this.stopping.get(id)?.stopped === stopped) this.stopping.delete(id);
    });
    this.stopping.set(id, { stopped, byMs });
    return stopped;
  }

  isStopping(id: WorkloadId): boolean {
    return this.stopping.has(id);
  }

  /** The back end has not answered its start, and nobody repeats it: whatever came of it ends, then it holds nothing. */
  async abandon(id: WorkloadId, graceMs: number): Promise<void> {
    this.parts.usedUp.add(id);
    this.parts.book.update(id, { state: 'starting' });
    await this.stop(id, graceMs);
    const report = this.parts.ledger.get(id);
    if (report !== undefined && report.state !== 'exited') this.ended({ ...report, state: 'exited', exit: lost });
  }

  /** It has ended: it holds nothing any more, and its holder hears of it. */
  ended(report: WorkloadReport): void {
    this.parts.usedUp.add(report.workload);
    const held = this.giveBack(report.workload);
    if (!this.parts.ledger.observe(report)) return;
    if (held !== undefined && report.exit?.reason !== 'stopped')
      this.parts.failures.add(held.workerType, report.exit?.code);
    this.parts.holders.changed(report);
  }

  /** Resolves when everything that was told to stop has ended, or `close` was called. */
  async settled(): Promise<void> {
    while (this.stopping.size > 0) await Promise.all([...this.stopping.values()].map(({ stopped }) => stopped));
  }

  close(): void {
    this.closing.abort();
  }

  private async untilStopped(id: WorkloadId, graceMs: number): Promise<void> {
    const { signal } = this.closing;
    const handle = { version: 1, backend: this.parts.backend.capabilities.backend, id } as const;
    for (let pauseMs = 200; !signal.aborted; pauseMs = Math.min(pauseMs * 2, 10_000)) {
      try {
        return await this.parts.backend.stop(handle, { graceMs });
      } catch (error) {
        this.parts.onError(error);
      }
      await this.parts.clock.sleep(jittered(pauseMs, this.parts.random), signal).catch(() => undefined);
    }
  }
}

/** It is gone, and nobody saw how. */
export const lost = { code: null, signal: null, reason: 'lost', outputTail: '' } as const;
