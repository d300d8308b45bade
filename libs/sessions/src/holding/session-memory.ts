import type { NodeId, PlacementExplanation, WorkerReports, WorkloadReport } from '@muster/contracts';
import type { SessionDocument, StrayRecord } from '../session-document.js';
import type { Change, Member, Warning } from './change.js';
import { memberKey, strayKey } from './effect.js';
import type { HeldFacts, HoldingLimits, NodeFacts, ObservedWorker } from './held-facts.js';
import type { NodeBook } from './node-book.js';
import { SessionUsage } from './session-usage.js';

/** Tokens of an incarnation whose start this holder has prepared; never stored. */
export interface PreparedStart {
  joinToken: string;
  acceptToken: string | null;
  /** As they stand in the document. */
  joinTokenHash: string | null;
  sealedAcceptToken: string | null;
}

/** Which start of which node's local directory says something. */
export type Reporter = Pick<WorkerReports, 'node' | 'nodeEpoch'>;

/** What a holder knows of one session beside its document. Lost with the process; a new holder rebuilds it by fencing. */
export class SessionMemory {
  adopting: boolean;
  noRoom: { verdict: 'later' | 'never'; explanation: PlacementExplanation } | null = null;
  readonly usage: SessionUsage;
  private readonly observed = new Map<string, ObservedWorker>();
  private readonly fenced = new Map<NodeId, number>();
  private readonly unreachable = new Map<NodeId, number>();
  private readonly strays = new Map<string, StrayRecord>();
  private readonly prepared = new Map<string, PreparedStart>();
  private readonly told = new Map<string, 'told' | 'unreachable'>();
  private readonly askedToRun = new Map<string, number>();
  private readonly warned = new Set<Warning>();

  constructor(document: SessionDocument, nowMs: number) {
    this.adopting = document.state !== 'queued' && Object.values(document.workers).some(({ node }) => node !== null);
    this.usage = new SessionUsage(nowMs, document.clients.length > 0);
  }

  factsAt(nowMs: number, document: SessionDocument, about: { book: NodeBook; limits: HoldingLimits }): HeldFacts {
    const use = this.usage.at(nowMs);
    return {
      nowMs,
      adopting: this.adopting,
      observed: this.observed,
      nodes: this.nodesOf(document, about.book),
      strays: [...this.strays.values()],
      noRoom: this.noRoom,
      prepared: (member) => this.prepared.has(memberKey(member)),
      told: (member) => this.told.get(memberKey(member)),
      askedToRunAtMs: (member) => this.askedToRun.get(memberKey(member)),
      use,
      warned: this.warned,
      limits: about.limits,
    };
  }

  observe(role: string, seen: ObservedWorker): void {
    const known = this.observed.get(role);
    if (known !== undefined && known.incarnation > seen.incarnation) return;
    // Status never goes back: a late report of an earlier state changes nothing, an end is final.
    if (known?.incarnation === seen.incarnation && order[seen.state] <= order[known.state]) return;
    this.observed.set(role, seen);
  }

  noteFenced(node: NodeId, nodeEpoch: number): void {
    this.fenced.set(node, Math.max(nodeEpoch, this.fenced.get(node) ?? 0));
    this.unreachable.delete(node);
  }

  /** It must be fenced again before it is asked for anything. */
  forgetFence(node: NodeId): void {
    this.fenced.delete(node);
  }

  noteUnreachable(node: NodeId, nowMs: number): void {
    if (!this.unreachable.has(node)) this.unreachable.set(node, nowMs);
  }

  prepare(member: Member, start: PreparedStart): void {
    this.prepared.set(memberKey(member), start);
  }

  preparedOf(member: Member): PreparedStart | undefined {
    return this.prepared.get(memberKey(member));
  }

  noteTold(member: Member, how: 'told' | 'unreachable'): void {
    this.told.set(memberKey(member), how);
  }

  noteAskedToRun(member: Member, nowMs: number): void {
    const key = memberKey(member);
    if (!this.askedToRun.has(key)) this.askedToRun.set(key, nowMs);
  }

  noteUse(): void {
    this.warned.delete('idle');
  }

  /** What a node reports: about the present incarnation it is observed, of any other that lives it is a stray. */
  noteReport(report: WorkloadReport, from: Reporter, document: SessionDocument): void {
    const { node, nodeEpoch } = from;
    // A local directory that was replaced meanwhile: the present one tells everything anew.
    if (nodeEpoch < (this.fenced.get(node) ?? 0)) return;
    const { role, worker, incarnation, state, address, exit } = report;
    const present = document.workers[role];
    const stray: StrayRecord = { node, worker, incarnation, nodeAddress: null };
    if (present?.id === worker && present.incarnation === incarnation && present.node === node) {
      const details = { ...(address === undefined ? {} : { address }), ...(exit === undefined ? {} : { exit }) };
      this.observe(role, { incarnation, state, ...details });
    } else if (state === 'exited') {
      this.strays.delete(strayKey(stray));
    } else {
      this.strays.set(strayKey(stray), stray);
    }
  }

  /** Remembers what was just written. */
  noteWritten(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.change === 'adopt') this.adopting = false;
      if (change.change === 'warn') this.warned.add(change.about);
      if (change.change === 'next-incarnation') this.forgetMember(change);
      // Its node was silent meanwhile: that is no fault of the worker.
      if (change.change === 'find') this.askedToRun.delete(memberKey(change));
      // Kept in the document from now on.
      if (change.change === 'drop-stray') this.strays.delete(strayKey(change.stray));
      if (change.change === 'note-strays') for (const stray of change.strays) this.strays.delete(strayKey(stray));
    }
  }

  private forgetMember(member: Member): void {
    this.prepared.delete(memberKey(member));
    this.told.delete(memberKey(member));
    this.askedToRun.delete(memberKey(member));
  }

  private nodesOf(document: SessionDocument, book: NodeBook): Map<string, NodeFacts> {
    const named = Object.values(document.workers).flatMap(({ node }) => (node === null ? [] : [node]));
    const all = new Set<NodeId>([...named, ...(document.strays ?? []).map(({ node }) => node)]);
    return new Map([...all].map((node) => [node, this.factsOf(node, book)]));
  }

  private factsOf(node: NodeId, book: NodeBook): NodeFacts {
    const known = book.get(node);
    return {
      state: known?.state ?? 'unknown',
      nodeEpoch: known?.nodeEpoch ?? null,
      fencedEpoch: this.fenced.get(node) ?? null,
      unreachableSinceMs: this.unreachable.get(node) ?? null,
    };
  }
}

const order = { starting: 0, running: 1, answering: 2, exited: 3, missing: 3 } as const;
