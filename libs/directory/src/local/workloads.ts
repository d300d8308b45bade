import {
  MusterError,
  type Fence,
  type FenceOnNode,
  type FenceOnNodeAnswer,
  type StartOnNode,
  type StartOnNodeAnswer,
  type StopOnNode,
  type StopOnNodeAnswer,
  type WorkloadId,
  workloadIdOf,
} from '@muster/contracts';
import type { LogLine, LogOptions, OrchestratorBackend, WorkloadHandle, WorkloadSpec } from '@muster/orchestrator';
import type { Clock } from '@muster/platform';
import { fromBackend } from './backend-errors.js';
import type { HolderReports } from './holder-reports.js';
import type { BookEntry, LocalBook } from './local-book.js';
import type { ProgramGate } from './program-gate.js';
import type { SessionFences } from './session-fences.js';
import { requireNodeEpoch } from './stale.js';
import type { UsedUp } from './used-up.js';
import type { WorkloadEnds } from './workload-ends.js';
import type { WorkloadLedger } from './workload-ledger.js';
import { placeOf } from './workload-place.js';
import { workloadSpecOf, type NodeSurroundings } from './workload-spec.js';

export interface WorkloadParts {
  nodeEpoch: number;
  backend: OrchestratorBackend;
  book: LocalBook;
  fences: SessionFences;
  usedUp: UsedUp;
  ledger: WorkloadLedger;
  holders: HolderReports;
  gate: ProgramGate;
  ends: WorkloadEnds;
  surroundings: NodeSurroundings;
  clock: Clock;
}

interface Starting {
  answer: Promise<StartOnNodeAnswer>;
  abort: AbortController;
}

/** After a back end that did not answer, the start may be repeated for so long. */
const retryTtlMs = 30_000;

/** What a session's holder commands: start, stop, fence. Fenced by epoch and node epoch; each may be repeated. */
export class Workloads {
  private readonly starts = new Map<WorkloadId, Starting>();
  private closed = false;

  constructor(private readonly parts: WorkloadParts) {}

  /**
   * Uses up the reservation of the same fence and resolves when the back end has started it. Twice is one. Throws `stale`,
   * `refused` (no unused reservation; or the back end had no room), `workload-failed`, `upstream-unavailable` (ask again).
   */
  async start(command: StartOnNode): Promise<StartOnNodeAnswer> {
    const { fence } = command;
    requireNodeEpoch(this.parts.nodeEpoch, command.nodeEpoch);
    this.parts.fences.admit(fence.session, fence.epoch, command.reportTo);
    const id = idOf(fence);
    const known = this.starts.get(id)?.answer ?? this.running(id);
    if (known !== undefined) return known;
    if (this.closed) throw new MusterError('refused', 'this node is leaving and starts nothing more');
    const entry = this.requireReservation(id, fence);
    const abort = new AbortController();
    const answer = this.begin(entry, command, abort.signal);
    this.starts.set(id, { answer, abort });
    return answer.finally(() => this.starts.delete(id));
  }

  /** Succeeds for what is gone or never was; a start that comes later is refused. Answers before it has ended. */
  stop(command: StopOnNode): StopOnNodeAnswer {
    const { fence } = command;
    requireNodeEpoch(this.parts.nodeEpoch, command.nodeEpoch);
    this.parts.fences.admit(fence.session, fence.epoch);
    return { ended: !this.end(idOf(fence), command.graceMs) };
  }

  /** From now on this epoch commands. Answers what is known of the session's workloads, and reports to the new holder. */
  fence({ session, epoch, reportTo }: FenceOnNode): FenceOnNodeAnswer {
    this.parts.fences.fence(session, epoch, reportTo);
    this.parts.holders.fenced(session);
    return { nodeEpoch: this.parts.nodeEpoch, workloads: this.parts.ledger.ofSession(session) };
  }

  /** What it printed, to be read until its signal aborts. Throws `not-found` for what the back end does not know. */
  async logs(id: WorkloadId, options: LogOptions): Promise<(signal: AbortSignal) => AsyncIterable<LogLine>> {
    const handle = this.handleOf(id);
    await this.parts.backend.inspect(handle).catch((error: unknown) => {
      throw fromBackend(error);
    });
    return (signal) => this.parts.backend.logs(handle, options, signal);
  }

  /** The node is leaving, or another instance of it is there: nothing more is started here. */
  close(): void {
    this.closed = true;
  }

  /** Ends everything that runs here, with this grace; resolves when it has ended. */
  async endAll(graceMs: number): Promise<void> {
    const live = new Set([...this.parts.ledger.live().map(({ workload }) => workload), ...this.starts.keys()]);
    for (const id of live) this.end(id, graceMs);
    await this.parts.ends.settled();
  }

  /** Begins to end it; whether there was anything to end. */
  private end(id: WorkloadId, graceMs: number): boolean {
    this.parts.usedUp.add(id);
    this.starts.get(id)?.abort.abort();
    const entry = this.parts.book.get(id);
    const report = this.parts.ledger.get(id);
    if (report === undefined || report.state === 'exited') {
      this.parts.ends.giveBack(id);
      return false;
    }
    if (entry?.state === 'reserved') void this.parts.ends.abandon(id, graceMs);
    else void this.parts.ends.stop(id, graceMs);
    return true;
  }

  /** The answer to the start of what runs already. */
  private running(id: WorkloadId): StartOnNodeAnswer | undefined {
    const entry = this.parts.book.get(id);
    if (entry?.state !== 'running') return undefined;
    return {
      workload: id,
      address: this.parts.ledger.get(id)?.address ?? this.addressOf(entry),
    };
  }

  private requireReservation(id: WorkloadId, fence: Fence): BookEntry {
    const entry = this.parts.book.get(id);
    if (this.parts.usedUp.has(id))
      throw new MusterError('refused', `${id} has ended or was stopped: it is not started again`);
    const expired = (entry?.expiresAtMs ?? Infinity) <= this.parts.clock.monotonicMs();
    if (entry?.state !== 'reserved' || entry.fence.epoch !== fence.epoch || expired) {
      throw new MusterError('refused', `${id} has no unused reservation of epoch ${fence.epoch} on this node`);
    }
    return entry;
  }

  private async begin(entry: BookEntry, command: StartOnNode, signal: AbortSignal): Promise<StartOnNodeAnswer> {
    this.parts.book.update(entry.id, { state: 'starting' });
    try {
      // Known before anything is waited for, so that a fence in the middle of a start finds it.
      this.observe(entry, 'starting', undefined);
      const forwarder = await this.forwarderFor(entry, command);
      const spec = workloadSpecOf({ id: entry.id, command, booking: entry.booking }, this.parts.surroundings);
      await this.startAtBackend(spec, signal);
      await this.locate(entry.id);
      this.started(entry, command, forwarder);
      return { workload: entry.id, address: forwarder ?? this.addressOf(entry) };
    } catch (error) {
      throw await this.failed(entry, fromBackend(error));
    }
  }

  /** An answer that was lost is no failure where it is seen to run. */
  private async startAtBackend(spec: WorkloadSpec, signal: AbortSignal): Promise<void> {
    try {
      await this.parts.backend.start(spec, signal);
    } catch (error) {
      if (signal.aborted || this.parts.ledger.get(spec.id)?.state !== 'running') throw error;
    }
  }

  /** Where each has an address of its own, it is known now; unless it has exited already. */
  private async locate(id: WorkloadId): Promise<void> {
    const { backend, book, gate } = this.parts;
    if (!backend.capabilities.ownAddress || book.get(id) === undefined) return;
    const host = book.get(id)?.address ?? (await backend.inspect(this.handleOf(id))).address;
    if (host === undefined) return;
    book.update(id, { address: host });
    await gate.locate(id, host);
  }

  private started(entry: BookEntry, command: StartOnNode, forwarder: string | undefined): void {
    // It may have exited before the back end answered; then it holds nothing any more.
    if (this.parts.book.get(entry.id) === undefined) return;
    this.parts.book.update(entry.id, { state: 'running' });
    this.observe(entry, 'running', forwarder);
    if (command.probe !== undefined && !this.parts.surroundings.probes)
      this.parts.gate.watch(
        entry.id,
        this.parts.gate.probeOf({ target: this.targetOf(entry, command), probe: command.probe }),
      );
  }

  private async failed(entry: BookEntry, error: unknown): Promise<unknown> {
    const stopped = this.parts.usedUp.has(entry.id);
    if (error instanceof MusterError && error.code === 'upstream-unavailable' && !stopped) {
      const expiresAtMs = this.parts.clock.monotonicMs() + retryTtlMs;
      this.parts.book.update(entry.id, { state: 'reserved', expiresAtMs });
      return error;
    }
    this.parts.usedUp.add(entry.id);
    await this.parts.ends.neverRan(entry.id);
    return stopped ? new MusterError('cancelled', `${entry.id} was stopped while it started`, { cause: error }) : error;
  }

  /** Where others reach it; empty while its own address is not known, and so of one that exited before. */
  private addressOf({ id }: BookEntry): string {
    const entry = this.parts.book.get(id);
    return (entry && placeOf(entry, this.parts.surroundings).address) ?? '';
  }

  /** Where its own node reaches a program. */
  private targetOf({ id }: BookEntry, { probe }: StartOnNode): { host?: string; port: number } {
    const entry = this.parts.book.get(id);
    const place = entry && placeOf({ ...entry, probe }, this.parts.surroundings);
    return place?.near ?? { port: place?.bind.port ?? 0 };
  }

  /** Of a program that compares no token: where the node stands in for it. */
  private async forwarderFor(entry: BookEntry, command: StartOnNode): Promise<string | undefined> {
    if (command.probe === undefined) return undefined;
    const target = this.targetOf(entry, command);
    const { acceptToken } = command;
    if (acceptToken === undefined)
      throw new MusterError('invalid-request', 'a program that its node registers needs an acceptToken');
    const address = await this.parts.gate.prepare({ id: entry.id, target, probe: command.probe, acceptToken });
    if (address === undefined) throw new MusterError('refused', 'no free host port is left for the forwarder');
    return address;
  }

  private observe({ id, fence, role }: BookEntry, state: 'starting' | 'running', address: string | undefined): void {
    const { session, worker, incarnation } = fence;
    const report = {
      workload: id,
      session,
      worker,
      role,
      incarnation,
      state,
      ...(address === undefined ? {} : { address }),
    };
    if (this.parts.ledger.observe(report)) this.parts.holders.changed(report);
  }

  private handleOf(id: WorkloadId): WorkloadHandle {
    return { version: 1, backend: this.parts.backend.capabilities.backend, id };
  }
}

function idOf({ session, worker, incarnation }: Fence): WorkloadId {
  return workloadIdOf(session, worker, incarnation);
}
