import {
  MusterError,
  type NodeDescription,
  type NodeFree,
  type NodeId,
  type NodeReport,
  type NodeReportAnswer,
  type NodeState,
  type WorkloadId,
  workloadIdOf,
} from '@muster/contracts';
import type { BookedNode, FreeGpu } from '@muster/placement';
import { BookLines } from './book-lines.js';
import { addPending, type PendingPlacement } from './pending-placements.js';
import { doubtsItself, stateByTime, suspectAfterMs, type BookPolicy } from './node-silence.js';

type ReportedWorkload = NonNullable<NodeReport['sessions']>[number];

/** What the directory knows of one node. */
export interface KnownNode {
  readonly id: NodeId;
  readonly nodeEpoch: number;
  readonly instance: string;
  readonly address: string;
  readonly description: NodeDescription;
  readonly free: NodeFree;
  readonly sits: ReadonlyMap<WorkloadId, ReportedWorkload>;
  readonly workloads: number;
  readonly leaving: boolean;
  readonly pressure?: string;
  readonly failures: Readonly<Record<string, number>>;
  readonly seq: number;
  /** Monotonic. */
  readonly heardAtMs: number;
  /** By its silence only; drains come on top. */
  readonly silence: 'ready' | 'suspect' | 'down';
}

export interface NodeChange {
  node: KnownNode;
  state: NodeState;
}

/**
 * The book of nodes: a cache, rebuilt from their reports. Knows nothing but what it is told, and when (monotonic ms).
 * Reports are ordered by (node epoch, seq); silence makes a node suspect, then down, unless so many fall silent together
 * that the fault is more likely here.
 */
export class NodeBook {
  private readonly nodes = new Map<NodeId, KnownNode>();
  private readonly superseded = new Map<string, NodeId>();
  private readonly pending = new Map<WorkloadId, PendingPlacement>();
  private readonly written = new BookLines((id) => this.lineWithPending(id));
  private drained: ReadonlySet<NodeId> = new Set();
  private lastTickMs: number | undefined;
  private doubtSinceMs: number | undefined;

  constructor(
    private readonly policy: BookPolicy,
    private readonly onChange: (change: NodeChange) => void = () => undefined,
  ) {}

  /** Takes a report. Throws `node-id-in-use` when an instance that was superseded comes again with a higher epoch. */
  report(report: NodeReport, nowMs: number): NodeReportAnswer {
    const { periodMs } = this.policy;
    const known = this.nodes.get(report.node);
    if (known !== undefined && report.nodeEpoch < known.nodeEpoch) return this.refuseOld(report);
    if (known !== undefined && this.isForeign(known, report)) throw idInUse(report);
    if (known?.nodeEpoch === report.nodeEpoch && report.seq <= known.seq) return { periodMs };
    if (report.full) return this.register(report, nowMs, known);
    if (known === undefined || known.nodeEpoch !== report.nodeEpoch || report.seq !== known.seq + 1)
      return { periodMs, want: 'full' };
    this.put(
      { ...known, ...this.changesOf(report, known), seq: report.seq, heardAtMs: nowMs, silence: 'ready' },
      known,
    );
    return { periodMs };
  }

  /** Time has passed: silent nodes become suspect, then down. To be called several times a period. */
  tick(nowMs: number): void {
    this.forgiveOwnPause(nowMs);
    const doubting = this.doubting(nowMs);
    for (const node of this.nodes.values()) {
      const silence = stateByTime(node, nowMs, this.policy, doubting);
      if (silence !== node.silence) this.put({ ...node, silence }, node);
      else if (silence === 'down' && nowMs - node.heardAtMs > this.policy.forgetMs) this.forget(node.id);
    }
    for (const [id, { untilMs }] of this.pending) if (untilMs <= nowMs) this.unexpect(id);
  }

  get doubts(): boolean {
    return this.doubtSinceMs !== undefined;
  }

  drain(ids: ReadonlySet<NodeId>): void {
    const before = this.drained;
    this.drained = ids;
    for (const id of [...before, ...ids]) {
      if (before.has(id) === ids.has(id)) continue;
      const node = this.nodes.get(id);
      if (node === undefined) continue;
      this.written.touch(id);
      this.onChange({ node, state: this.stateOf(node) });
    }
  }

  get(id: NodeId): KnownNode | undefined {
    return this.nodes.get(id);
  }

  all(): KnownNode[] {
    return [...this.nodes.values()];
  }

  stateOf(node: KnownNode): NodeState {
    if (node.silence !== 'ready') return node.silence;
    return node.leaving || this.drained.has(node.id) ? 'draining' : 'ready';
  }

  /** The book as placement reads it: what the nodes said, and what was placed since. A value: never changed in place. */
  lines(): readonly BookedNode[] {
    return this.written.all(this.nodes.keys());
  }

  /** What the node itself said. */
  lineOf(node: KnownNode): BookedNode {
    return {
      node: node.description,
      state: this.stateOf(node),
      free: node.free.amounts,
      gpus: gpusOf(node),
      workloads: node.workloads,
      ...(node.pressure === undefined ? {} : { pressure: node.pressure }),
      recentFailures: node.failures,
    };
  }

  /** Placed, not yet in the node's own account. */
  expect(placement: PendingPlacement): void {
    this.unexpect(placement.workload);
    this.pending.set(placement.workload, placement);
    if (this.nodes.has(placement.node)) this.written.touch(placement.node);
  }

  unexpect(workload: WorkloadId): void {
    const node = this.pending.get(workload)?.node;
    if (node !== undefined && this.nodes.has(node)) this.written.touch(node);
    this.pending.delete(workload);
  }

  /** What a node answered about its free amounts: counts at once where it is newer. */
  correct(id: NodeId, nodeEpoch: number, free: NodeFree): void {
    const node = this.nodes.get(id);
    if (node === undefined || node.nodeEpoch !== nodeEpoch || free.version <= node.free.version) return;
    this.nodes.set(id, { ...node, free });
    this.written.touch(id);
  }

  /** Where a reservation or worker sits, by the nodes' own accounts. */
  whereabouts(workload: WorkloadId): KnownNode | undefined {
    return this.all().find(({ sits }) => sits.has(workload));
  }

  private refuseOld({ instance, node }: NodeReport): NodeReportAnswer {
    this.superseded.set(instance, node);
    for (const oldest of this.superseded.keys()) {
      if (this.superseded.size <= 10_000) break;
      this.superseded.delete(oldest);
    }
    return { periodMs: this.policy.periodMs, superseded: true };
  }

  /** Only an instance's first report may raise the epoch, and two instances never share one. */
  private isForeign(known: KnownNode, { instance, nodeEpoch }: NodeReport): boolean {
    if (nodeEpoch === known.nodeEpoch) return instance !== known.instance;
    return instance === known.instance || this.superseded.has(instance);
  }

  private register(report: NodeReport, nowMs: number, known: KnownNode | undefined): NodeReportAnswer {
    const { node: id, nodeEpoch, instance, seq, description, free } = report;
    if (description === undefined || free === undefined)
      throw new MusterError('invalid-request', 'a full report needs description and free');
    const same = known?.nodeEpoch === nodeEpoch ? known : undefined;
    const empty = {
      id,
      nodeEpoch,
      instance,
      description,
      free,
      sits: new Map(),
      workloads: 0,
      leaving: false,
      failures: {},
    };
    const base = { ...empty, address: report.address, seq, heardAtMs: nowMs, silence: 'ready' as const };
    const changes = this.changesOf(report, { ...base, free: same?.free ?? free });
    this.put({ ...base, ...changes, description }, known);
    return { periodMs: this.policy.periodMs };
  }

  private changesOf(
    report: NodeReport,
    known: KnownNode,
  ): Omit<KnownNode, 'id' | 'nodeEpoch' | 'instance' | 'description' | 'seq' | 'heardAtMs' | 'silence'> {
    const { free, address, workloads, leaving, pressure, failures } = report;
    const newer = free !== undefined && free.version >= known.free.version ? free : known.free;
    const sits = new Map(known.sits);
    for (const each of report.sessions ?? []) {
      const id = workloadIdOf(each.session, each.worker, each.incarnation);
      this.unexpect(id);
      if (each.state === 'exited') sits.delete(id);
      else sits.set(id, each);
    }
    const rest = {
      workloads: workloads ?? known.workloads,
      leaving: leaving ?? known.leaving,
      failures: failures ?? known.failures,
    };
    return { address, free: newer, sits, pressure, ...rest };
  }

  private put(node: KnownNode, before: KnownNode | undefined): void {
    const stateBefore = before === undefined ? undefined : this.stateOf(before);
    this.nodes.set(node.id, node);
    this.written.touch(node.id);
    const state = this.stateOf(node);
    const moved = before?.nodeEpoch !== node.nodeEpoch || before.address !== node.address;
    if (moved || state !== stateBefore) this.onChange({ node, state });
  }

  private forget(id: NodeId): void {
    this.nodes.delete(id);
    this.written.remove(id);
  }

  private lineWithPending(id: NodeId): BookedNode {
    let line = this.lineOf(this.nodes.get(id) as KnownNode);
    for (const each of this.pending.values()) if (each.node === id) line = addPending(line, each);
    return line;
  }

  /** A directory that slept, or was kept from running, has heard nobody: that is no silence of theirs. */
  private forgiveOwnPause(nowMs: number): void {
    const passed = nowMs - (this.lastTickMs ?? nowMs);
    this.lastTickMs = nowMs;
    if (passed <= this.policy.periodMs) return;
    for (const node of this.nodes.values())
      this.nodes.set(node.id, { ...node, heardAtMs: Math.min(nowMs, node.heardAtMs + passed) });
  }

  /** It was our own network, and is back: those whose reports have not come yet have as long as if just become suspect. */
  private waitForTheRest(nowMs: number): void {
    const heardAtMs = nowMs - suspectAfterMs(this.policy) - 1;
    for (const node of this.nodes.values())
      if (node.silence === 'suspect' && node.heardAtMs < heardAtMs) this.nodes.set(node.id, { ...node, heardAtMs });
  }

  private doubting(nowMs: number): boolean {
    if (!doubtsItself(this.all(), nowMs, this.policy)) {
      if (this.doubtSinceMs !== undefined) this.waitForTheRest(nowMs);
      this.doubtSinceMs = undefined;
      return false;
    }
    this.doubtSinceMs ??= nowMs;
    return !this.all().some(({ silence }) => silence === 'ready') || nowMs - this.doubtSinceMs <= this.policy.doubtMs;
  }
}

function gpusOf({ description, free }: KnownNode): FreeGpu[] {
  return description.gpus.map((device) => {
    const left = free.gpus.find(({ deviceId }) => deviceId === device.id);
    const { freeSlots = 0, freeMemoryBytes = 0, use = 'exclusive' } = left ?? {};
    return { device, freeSlots, freeMemoryBytes, use };
  });
}

function idInUse({ node }: NodeReport): MusterError {
  return new MusterError(
    'node-id-in-use',
    `another instance uses the node id ${node}: if the data folder was copied, remove node.json from the copy`,
  );
}
