import type { InstallationId, NodeId, WorkloadId, WorkloadReport } from '@muster/contracts';
import { WorkloadNotFound, type OrchestratorBackend, type WorkloadStatus } from '@muster/orchestrator';
import { jittered, type Clock, type RandomSource } from '@muster/platform';
import type { HolderReports } from './holder-reports.js';
import type { LocalBook } from './local-book.js';
import type { Ports } from './port-pool.js';
import type { ProgramGate } from './program-gate.js';
import type { SessionFences } from './session-fences.js';
import type { UsedUp } from './used-up.js';
import type { WorkerLiveness } from './worker-liveness.js';
import { lost, type WorkloadEnds } from './workload-ends.js';
import type { WorkloadLedger } from './workload-ledger.js';

export interface WorkloadWatchParts {
  installationId: InstallationId;
  node: NodeId;
  backend: OrchestratorBackend;
  book: LocalBook;
  ports: Ports;
  fences: SessionFences;
  usedUp: UsedUp;
  ledger: WorkloadLedger;
  holders: HolderReports;
  ends: WorkloadEnds;
  liveness: WorkerLiveness;
  gate: ProgramGate;
  clock: Clock;
  random: RandomSource;
  onError: (error: unknown) => void;
}

/**
 * Observes what the back end runs: books what is found after our restart, gives back what has ended, and has every change
 * reported to its holder. A full list sets right whatever was missed.
 */
export class WorkloadWatch {
  private readonly closing = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly parts: WorkloadWatchParts) {}

  /** Books everything that runs already. Before anything else may be decided. Rejects when the back end is out of reach. */
  async adopt(): Promise<void> {
    for (const status of await this.parts.backend.list(this.filter)) this.observe(status);
  }

  /**
   * After the forwarders of an earlier process were taken up again: ends programs that nobody can reach any more, because what was
   * known of their forwarders is lost with our folder. Their sessions start them again.
   */
  async endUnreachable(): Promise<void> {
    for (const { id, state, ready } of await this.parts.backend.list(this.filter))
      if (state !== 'exited' && ready !== undefined && !this.parts.gate.guards(id)) void this.parts.ends.stop(id, 0);
  }

  start(): void {
    this.running = this.follow();
  }

  async stop(): Promise<void> {
    this.closing.abort();
    await this.running;
  }

  private get filter(): { installationId: InstallationId; nodeId: NodeId; kind: 'worker' } {
    return { installationId: this.parts.installationId, nodeId: this.parts.node, kind: 'worker' };
  }

  private async follow(): Promise<void> {
    const { signal } = this.closing;
    for (let pauseMs = 200; !signal.aborted; pauseMs = Math.min(pauseMs * 2, 10_000)) {
      try {
        for await (const event of this.parts.backend.watch(this.filter, signal)) {
          pauseMs = 200;
          if (event.type === 'synced') await this.synced(event.workloads);
          else if (event.type === 'changed') this.observe(event.workload);
          else await this.removed(event.id);
        }
      } catch (error) {
        this.parts.onError(error);
      }
      await this.parts.clock.sleep(jittered(pauseMs, this.parts.random), signal).catch(() => undefined);
    }
  }

  private async synced(workloads: readonly WorkloadStatus[]): Promise<void> {
    for (const status of workloads) this.observe(status);
    const listed = new Set(workloads.map(({ id }) => id));
    for (const report of this.parts.ledger.live()) {
      if (!listed.has(report.workload) && report.state !== 'starting') await this.confirmLost(report);
    }
  }

  /**
   * Where many end at once, the oldest are forgotten before we have seen them end. What did not start is removed too: the answer
   * to its start says so.
   */
  private async removed(id: WorkloadId): Promise<void> {
    const report = this.parts.ledger.get(id);
    const isBeingStarted = this.parts.book.get(id)?.state === 'starting';
    if (report !== undefined && report.state !== 'exited' && !isBeingStarted) await this.confirmLost(report);
  }

  /** The list may be older than the workload: asked once more, by name. */
  private async confirmLost(report: WorkloadReport): Promise<void> {
    const { backend } = this.parts;
    try {
      this.observe(await backend.inspect({ version: 1, backend: backend.capabilities.backend, id: report.workload }));
    } catch (error) {
      if (error instanceof WorkloadNotFound) this.ended({ ...report, state: 'exited', exit: lost });
      else this.parts.onError(error);
    }
  }

  private observe(status: WorkloadStatus): void {
    const report = reportOf(status);
    if (report === undefined) return;
    if (report.state === 'exited') return this.ended(report);
    if (this.parts.usedUp.has(report.workload)) return this.stopAgain(status);
    const entry = this.parts.book.get(report.workload);
    if (entry === undefined) this.book(status, report);
    this.locate(status);
    // Its start was not answered and may be repeated; what it holds does not end by its time any more.
    if (entry?.state === 'reserved') this.parts.book.update(report.workload, { expiresAtMs: Infinity });
    if (this.parts.ledger.observe(report)) this.parts.holders.changed(report);
  }

  /** Where each has an address of its own, and who looks for us whether programs answer. */
  private locate({ id, address, ready }: WorkloadStatus): void {
    const { book, gate, onError } = this.parts;
    if (address !== undefined && book.get(id)?.address !== address) {
      book.update(id, { address });
      gate.locate(id, address).catch(onError);
    }
    if (ready === true) gate.answers(id);
  }

  /** It was stopped, but still runs: the stop is repeated until it ends. */
  private stopAgain({ handle }: WorkloadStatus): void {
    if (!this.parts.ends.isStopping(handle.id)) void this.parts.ends.stop(handle.id, 0);
  }

  private book(status: WorkloadStatus, report: WorkloadReport): void {
    const { session, worker, incarnation, role } = report;
    const epoch = status.ownership.epoch ?? 0;
    this.parts.fences.adopt(session, epoch);
    this.parts.ports.hold(status.booking.hostPorts);
    const fence = { session, epoch, worker, incarnation };
    this.parts.book.adopt({ id: status.id, fence, role, workerType: '', booking: status.booking, state: 'running' });
  }

  private ended(report: WorkloadReport): void {
    this.parts.ends.ended(this.parts.liveness.hasEnded(report.workload) ? unresponsive(report) : report);
  }
}

function unresponsive(report: WorkloadReport): WorkloadReport {
  const { exit } = report;
  return exit === undefined ? report : { ...report, exit: { ...exit, reason: 'unresponsive' } };
}

/** Undefined for what carries no session: not ours to report. */
function reportOf({ id, ownership, state, exit }: WorkloadStatus): WorkloadReport | undefined {
  const { sessionId: session, workerId: worker, role, incarnation } = ownership;
  if (session === undefined || worker === undefined || incarnation === undefined) return undefined;
  const report = { workload: id as WorkloadId, session, worker, role: role ?? '', incarnation, state };
  if (exit === undefined) return report;
  const { code, signal, reason, outputTail } = exit;
  return { ...report, exit: { code, signal, reason, outputTail } };
}
