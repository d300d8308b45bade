import type { NodeDescription, WorkloadId } from '@muster/contracts';
import {
  BackendUnavailable,
  InvalidSpec,
  isOwnedBy,
  WorkloadNotFound,
  type Capabilities,
  type EventBuffer,
  type ObservedNode,
  type OrchestratorError,
  type OwnershipFilter,
  type WorkloadEvent,
  type WorkloadSpec,
  type WorkloadStatus,
} from '@muster/orchestrator';
import { FakeWorkload, type FakeProgram } from './fake-workload.js';

/**
 * How a start goes. `at-once`; `slow`: pending until `letStart`; `never`: pending until the caller gives up; an error:
 * refused with it. `program` is what then runs.
 */
export interface FakeStart {
  readonly start?: 'at-once' | 'slow' | 'never' | OrchestratorError;
  readonly program?: FakeProgram;
}

export interface FakeEngineOptions {
  readonly nodes?: NodeDescription[];
  /** What is not as fakes are by default. */
  readonly capabilities?: Partial<Capabilities>;
  /** Time of statuses, in ms since 1970. Default: stands still at 0. */
  readonly nowMs?: () => number;
  /** How the grace of a stop passes. Default: at once. */
  readonly sleep?: (ms: number) => Promise<void>;
}

interface Watcher {
  readonly filter: OwnershipFilter;
  readonly buffer: EventBuffer;
}

/** What outlives a fake back end, as an engine outlives its client; with the knobs that tests turn. */
export class FakeEngine {
  readonly nodes: NodeDescription[];
  readonly capabilities: Partial<Capabilities>;
  readonly sleep: (ms: number) => Promise<void>;
  private readonly nowMs: () => number;
  private readonly workloads = new Map<WorkloadId, FakeWorkload>();
  private readonly starting = new Map<WorkloadId, Promise<void>>();
  private readonly gates = new Map<WorkloadId, () => void>();
  private readonly usedUp = new Set<WorkloadId>();
  private readonly watchers = new Set<Watcher>();
  private onStart: (spec: WorkloadSpec) => FakeStart = () => ({});
  private answer: () => Promise<void> = () => Promise.resolve();
  private failures: OrchestratorError[] = [];
  private isDown = false;
  private addresses = 0;
  private observed: readonly ObservedNode[] | undefined;
  private readonly nodeWatchers = new Set<() => void>();

  constructor(options: FakeEngineOptions = {}) {
    this.nodes = options.nodes ?? [];
    this.capabilities = options.capabilities ?? {};
    this.nowMs = options.nowMs ?? (() => 0);
    this.sleep = options.sleep ?? (() => Promise.resolve());
  }

  /** Decides how each start from now on goes. */
  whenStarting(onStart: (spec: WorkloadSpec) => FakeStart): void {
    this.onStart = onStart;
  }

  /** Lets a slow start go on. */
  letStart(id: WorkloadId): void {
    this.gates.get(id)?.();
  }

  /** The next start works, and is then answered as `answer` settles: late, or not at all. */
  answerNextStart(answer: () => Promise<void>): void {
    this.answer = async () => {
      this.answer = () => Promise.resolve();
      await answer();
    };
  }

  /** The next `times` calls of any verb fail; flaky. */
  failNext(times: number, error: OrchestratorError = new BackendUnavailable('the fake engine hiccups')): void {
    this.failures.push(...Array.from({ length: times }, () => error));
  }

  /** Nothing answers until `comeBack`; workloads go on. */
  goDown(): void {
    this.isDown = true;
  }

  /** Answers again; watches list anew. */
  comeBack(): void {
    this.isDown = false;
    this.interruptWatches();
  }

  /** As after a lost connection: every watch begins again with everything. */
  interruptWatches(): void {
    for (const watcher of this.watchers) this.sync(watcher);
  }

  /** The workload is gone without a trace and without an event. */
  forget(id: WorkloadId): void {
    this.workloads.delete(id);
  }

  /** The same, but watches hear of it: as where an ended one is beyond the bound before anybody saw it end. */
  remove(id: WorkloadId): void {
    this.forget(id);
    for (const { buffer } of this.watchers) buffer.put({ type: 'removed', id });
  }

  /** From now on the nodes are seen so. */
  observe(nodes: readonly ObservedNode[]): void {
    this.observed = nodes;
    for (const wake of this.nodeWatchers) wake();
  }

  async *watchNodes(signal: AbortSignal): AsyncGenerator<readonly ObservedNode[]> {
    let told: readonly ObservedNode[] | undefined;
    while (!signal.aborted) {
      const now = this.observed ?? this.nodes.map((description) => ({ description }));
      if (now !== told && (told === undefined || this.observed !== undefined)) yield (told = now);
      else await this.nodesChanged(signal);
    }
  }

  /** A running workload, for the test to play it. Throws `WorkloadNotFound`. */
  workload(id: WorkloadId): FakeWorkload {
    const workload = this.workloads.get(id);
    if (!workload) throw new WorkloadNotFound(`no workload ${id}`);
    return workload;
  }

  /** Throws what the knobs say. Every verb asks first. */
  check(): void {
    if (this.isDown) throw new BackendUnavailable('the fake engine is down');
    const failure = this.failures.shift();
    if (failure) throw failure;
  }

  async start(spec: WorkloadSpec, signal: AbortSignal): Promise<void> {
    if (this.usedUp.has(spec.id)) throw new InvalidSpec(`${spec.id} was stopped and cannot start again`);
    if (this.workloads.has(spec.id)) return;
    const starting = this.starting.get(spec.id) ?? this.reallyStart(spec, signal);
    this.starting.set(spec.id, starting);
    await starting.finally(() => this.starting.delete(spec.id));
    await this.answer();
  }

  async stop(id: WorkloadId, graceMs: number): Promise<void> {
    this.usedUp.add(id);
    const workload = this.workloads.get(id);
    if (!workload || workload.state === 'exited') return;
    workload.isStopped = true;
    workload.askToEnd();
    if (workload.status().state === 'running') await this.sleep(graceMs);
    workload.end({ signal: 'SIGKILL' });
  }

  async stopAll(graceMs: number): Promise<void> {
    await Promise.all([...this.workloads.keys()].map((id) => this.stop(id, graceMs)));
  }

  list(filter: OwnershipFilter): WorkloadStatus[] {
    const statuses = [...this.workloads.values()].map((workload) => workload.status());
    return statuses.filter((status) => isOwnedBy(filter, status));
  }

  watch(filter: OwnershipFilter, buffer: EventBuffer): () => void {
    const watcher = { filter, buffer };
    this.watchers.add(watcher);
    this.sync(watcher);
    return () => this.watchers.delete(watcher);
  }

  private async reallyStart(spec: WorkloadSpec, signal: AbortSignal): Promise<void> {
    const { start = 'at-once', program = () => {} } = this.onStart(spec);
    if (start instanceof Error) throw start;
    if (start !== 'at-once') await this.gate(spec.id, signal, start === 'slow');
    if (this.usedUp.has(spec.id)) throw new InvalidSpec(`${spec.id} was stopped while it started`);
    const startedAt = new Date(this.nowMs()).toISOString();
    const workload = new FakeWorkload(spec, startedAt, () =>
      this.tell({ type: 'changed', workload: workload.status() }),
    );
    if (this.capabilities.ownAddress) workload.address = `10.0.0.${(this.addresses += 1)}`;
    if (this.capabilities.probes && spec.probe) workload.ready = false;
    this.workloads.set(spec.id, workload);
    workload.run(program);
  }

  private async nodesChanged(signal: AbortSignal): Promise<void> {
    let wake = (): void => {};
    await new Promise<void>((resolve) => {
      wake = resolve;
      this.nodeWatchers.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
    this.nodeWatchers.delete(wake);
    signal.removeEventListener('abort', wake);
  }

  private async gate(id: WorkloadId, signal: AbortSignal, canOpen: boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      if (canOpen) this.gates.set(id, resolve);
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    }).finally(() => this.gates.delete(id));
  }

  private tell(event: Extract<WorkloadEvent, { type: 'changed' }>): void {
    if (this.isDown) return;
    for (const { filter, buffer } of this.watchers) if (isOwnedBy(filter, event.workload)) buffer.put(event);
  }

  private sync({ filter, buffer }: Watcher): void {
    if (!this.isDown) buffer.put({ type: 'synced', workloads: this.list(filter) });
  }
}
