import { join } from 'node:path';
import {
  type FenceOnNode,
  type FenceOnNodeAnswer,
  type NodeDescription,
  type ReleaseOnNode,
  type ReserveOnNode,
  type ReserveOnNodeAnswer,
  type StartOnNode,
  type StartOnNodeAnswer,
  type StopOnNode,
  type StopOnNodeAnswer,
  type WorkloadId,
  type WorkloadReport,
  workloadIdOf,
  type MusterError,
} from '@muster/contracts';
import type { LogLine, LogOptions, ObservedNode } from '@muster/orchestrator';
import { Periodic } from '@muster/platform';
import { DirectoryReports } from './directory-reports.js';
import { EndedSessions } from './ended-sessions.js';
import { openForwarder } from './forwarder.js';
import { HolderReports } from './holder-reports.js';
import { LocalBook, type BookEntry } from './local-book.js';
import { surroundingsOf, type NodeAgentParts } from './node-agent-parts.js';
import type { NodeSnapshot } from './node-snapshot.js';
import { NodeWatch } from './node-watch.js';
import { OwnPorts } from './own-ports.js';
import { PortPool } from './port-pool.js';
import { ProgramGate } from './program-gate.js';
import { RecentFailures } from './recent-failures.js';
import { Reservations } from './reservations.js';
import { SessionFences } from './session-fences.js';
import { UsedUp } from './used-up.js';
import { WorkerLiveness } from './worker-liveness.js';
import { WorkloadEnds } from './workload-ends.js';
import { WorkloadLedger } from './workload-ledger.js';
import { placeOf, type Endpoint } from './workload-place.js';
import { WorkloadWatch } from './workload-watch.js';
import { Workloads } from './workloads.js';

const expiry = { name: 'expiry of reservations', periodMs: 1000 };

/**
 * The local directory of one node: reserves, starts, watches, reports. Workloads outlive it; the next start finds them by
 * the back end's labels. Nothing is decided before what runs has been booked.
 */
export class NodeAgent {
  private readonly reservations: Reservations;
  private readonly workloads: Workloads;
  private readonly watch: WorkloadWatch;
  private readonly reports: DirectoryReports;
  private readonly book: LocalBook;
  private readonly ledger = new WorkloadLedger();
  private readonly holders: HolderReports;
  private readonly ends: WorkloadEnds;
  private readonly gate: ProgramGate;
  private readonly failures: RecentFailures;
  private readonly liveness: WorkerLiveness;
  private readonly endedSessions: EndedSessions;
  private readonly expiring: Periodic;
  private readonly nodeWatch: NodeWatch;
  private observed: ObservedNode;
  private leaving = false;
  private isSuperseded = false;
  private hasEndedAll = false;

  constructor(private readonly parts: NodeAgentParts) {
    const { identity, backend, clock, random, onError, description } = parts;
    const { nodeEpoch, id: node } = identity;
    const usedUp = new UsedUp();
    this.observed = { description };
    this.book = new LocalBook(description, () => this.reports.changed());
    const fences = new SessionFences((session) => this.book.hasSession(session));
    const hostPorts = new PortPool(parts.ports.range, parts.ports.isFree, clock, random);
    const ports = backend.capabilities.ownAddress ? new OwnPorts() : hostPorts;
    this.failures = new RecentFailures(clock);
    this.holders = new HolderReports({
      node,
      nodeEpoch,
      calls: parts.holderCalls,
      fences,
      ledger: this.ledger,
      clock,
      random,
      onError,
    });
    const { host = parts.surroundings.bindHost, ports: own } = parts.forwarders ?? {};
    this.gate = this.openGate(host, own === undefined ? hostPorts : new PortPool(own.range, own.isFree, clock, random));
    const shared = {
      backend,
      book: this.book,
      ports,
      fences,
      usedUp,
      ledger: this.ledger,
      holders: this.holders,
      gate: this.gate,
      clock,
      random,
      onError,
    };
    this.ends = new WorkloadEnds({ ...shared, failures: this.failures });
    const { probe, liveness: limits } = parts;
    const surroundings = surroundingsOf(parts);
    const nearOf = (entry: BookEntry): Endpoint | undefined => placeOf(entry, surroundings).near;
    this.liveness = new WorkerLiveness({ ...shared, limits, nearOf, probe, ends: this.ends });
    this.endedSessions = new EndedSessions({
      ...shared,
      calls: parts.sessionCalls,
      ends: this.ends,
      meter: parts.meter,
    });
    this.reservations = new Reservations({
      ...shared,
      nodeEpoch,
      ends: this.ends,
      pressure: () => this.observed.pressure,
    });
    this.workloads = new Workloads({ ...shared, nodeEpoch, ends: this.ends, surroundings });
    const { installationId } = parts.surroundings;
    this.watch = new WorkloadWatch({ ...shared, installationId, node, ends: this.ends, liveness: this.liveness });
    this.nodeWatch = new NodeWatch({ ...shared, node, onChange: (observed) => this.nodeChanged(observed) });
    this.reports = this.directoryReports();
    this.expiring = new Periodic({ ...expiry, run: () => this.expire(), onError, clock, random });
  }

  get description(): NodeDescription {
    return this.observed.description;
  }

  /** At least one replica of the global directory knows this node. */
  get registered(): boolean {
    return this.reports.registered;
  }

  /** Nothing runs here: what the back end keeps for this node may end with it. Never true of a superseded instance. */
  get isIdle(): boolean {
    return !this.isSuperseded && (this.hasEndedAll || this.ledger.live().length === 0);
  }

  /** For those who watch the node. */
  counts(): { orphans: number; workloads: { state: WorkloadReport['state']; workloads: number }[] } {
    return { orphans: this.endedSessions.count, workloads: this.ledger.counts() };
  }

  /** Finds what runs, then reports and follows. Rejects when the back end is out of reach. */
  async start(): Promise<void> {
    await this.watch.adopt();
    await this.gate.adopt((id) => this.book.get(id) !== undefined);
    await this.watch.endUnreachable();
    this.watch.start();
    this.nodeWatch.start();
    this.reports.start();
    this.expiring.start();
    this.liveness.start();
    this.endedSessions.start();
  }

  reserve(ask: ReserveOnNode): Promise<ReserveOnNodeAnswer> {
    return this.reservations.reserve(ask);
  }

  release(ask: ReleaseOnNode): void {
    this.reservations.release(ask);
  }

  startWorkload(command: StartOnNode): Promise<StartOnNodeAnswer> {
    return this.workloads.start(command);
  }

  stopWorkload(command: StopOnNode): StopOnNodeAnswer {
    return this.workloads.stop(command);
  }

  fence(command: FenceOnNode): FenceOnNodeAnswer {
    return this.workloads.fence(command);
  }

  logs(workload: WorkloadId, options: LogOptions): Promise<(signal: AbortSignal) => AsyncIterable<LogLine>> {
    return this.workloads.logs(workload, options);
  }

  /** Our own end. Says `leaving`, takes nothing more; workloads go on, or are stopped with the grace and waited for. */
  async leave({ stopWorkloads, graceMs = 0 }: { stopWorkloads: boolean; graceMs?: number }): Promise<void> {
    this.takeNothingMore();
    if (stopWorkloads && !this.isSuperseded) {
      await this.workloads.endAll(graceMs);
      // The back end said so of each stop; what its watch tells may come later than we listen.
      this.hasEndedAll = true;
    }
    await this.reports.stop();
    await this.silence();
  }

  private superseded(error: MusterError): void {
    if (this.isSuperseded) return;
    this.isSuperseded = true;
    this.takeNothingMore();
    this.parts.onSuperseded(error);
  }

  private takeNothingMore(): void {
    this.leaving = true;
    this.reservations.close();
    this.workloads.close();
  }

  private async silence(): Promise<void> {
    this.ends.close();
    this.holders.stop();
    await this.expiring.stop();
    await this.liveness.stop();
    await this.endedSessions.stop();
    await this.nodeWatch.stop();
    await this.watch.stop();
    await this.gate.close();
  }

  private directoryReports(): DirectoryReports {
    const { id: node, nodeEpoch } = this.parts.identity;
    return new DirectoryReports({
      ...this.parts,
      // A name that an operator gave comes again with every start, and reports tell starts apart by it.
      instance: `${this.parts.instance}.${nodeEpoch}`,
      node,
      nodeEpoch,
      calls: this.parts.directoryCalls,
      snapshot: () => this.snapshot(),
      onSuperseded: (error) => this.superseded(error),
    });
  }

  private nodeChanged(observed: ObservedNode): void {
    const before = this.observed;
    this.observed = observed;
    if (observed.description !== before.description) this.book.describe(observed.description);
    if (observed.pressure !== before.pressure) this.reports.changed();
  }

  private openGate(host: string, ports: PortPool): ProgramGate {
    const { folder, probe, clock, surroundings, onError, backend } = this.parts;
    const { advertiseHost } = surroundings;
    return new ProgramGate({
      folder: join(folder, 'programs'),
      advertiseHost,
      ports,
      probe,
      looks: !backend.capabilities.probes,
      openForwarder: ({ port, target, acceptToken }) => openForwarder({ listen: { host, port }, target, acceptToken }),
      clock,
      onAnswering: (id, address) => this.answering(id, address),
      onError,
    });
  }

  private answering(id: WorkloadId, address: string): void {
    const known = this.ledger.get(id);
    if (known === undefined) return;
    const report = { ...known, state: 'answering' as const, address };
    if (this.ledger.observe(report)) this.holders.changed(report);
  }

  private async expire(): Promise<void> {
    this.reservations.expire();
  }

  private snapshot(): NodeSnapshot {
    const entries = this.book.all().map(({ fence, role, state }) => {
      const { session, worker, incarnation } = fence;
      return [workloadIdOf(session, worker, incarnation), { session, role, worker, incarnation, state }] as const;
    });
    return {
      description: this.observed.description,
      ...(this.observed.pressure === undefined ? {} : { pressure: this.observed.pressure }),
      free: this.reservations.free(),
      sessions: new Map(entries),
      leaving: this.leaving,
      failures: this.failures.byWorkerType(),
    };
  }
}
