import type { NodeId, PlacementExplanation, WorkloadReport } from '@muster/contracts';
import type { SessionDocument } from '../session-document.js';
import type { Change, Member, Warning } from './change.js';
import { memberKey, type Stray } from './effect.js';
import type { HeldFacts, HoldingLimits, NodeFacts, ObservedWorker } from './held-facts.js';
import type { NodeBook } from './node-book.js';
import { SessionUsage } from './session-usage.js';

/** Tokens of an incarnation whose start this holder has prepared; never stored. */
export interface PreparedStart {
  joinToken: string;
  acceptToken: string | null;
}

/** What a holder knows of one session beside its document. Lost with the process; a new holder rebuilds it by fencing. */
export class SessionMemory {
  adopting: boolean;
  noRoom: { verdict: 'later' | 'never'; explanation: PlacementExplanation } | null = null;
  readonly usage: SessionUsage;
  private readonly observed = new Map<string, ObservedWorker>();
  private readonly fenced = new Map<NodeId, number>();
  private readonly unreachable = new Map<NodeId, number>();
  private readonly strays = new Map<string, Stray>();
  private readonly prepared = new Map<string, PreparedStart>();
  private readonly told = new Map<string, 'told' | 'unreachable'>();
  private readonly warned = new Set<Warning>();

  constructor(document: SessionDocument, nowMs: number) {
    this.adopting = document.state !== 'queued' && Object.values(document.workers).some(({ node }) => node !== null);
    this.usage = new SessionUsage(nowMs);
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
      use,
      warned: this.warned,
      limits: about.limits,
    };
  }

  observe(role: string, seen: ObservedWorker): void {
    const known = this.observed.get(role);
    if (known !== undefined && known.incarnation > seen.incarnation) return;
    // An exit is final; a late report of an earlier state changes nothing.
    if (known?.incarnation === seen.incarnation && isOver(known)) return;
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

  noteStray(stray: Stray): void {
    this.strays.set(strayKey(stray), stray);
  }

  forgetStray(stray: Stray): void {
    this.strays.delete(strayKey(stray));
  }

  hasStrayOn(node: NodeId): boolean {
    return [...this.strays.values()].some((stray) => stray.node === node);
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

  noteUse(): void {
    this.warned.delete('idle');
  }

  /** What a node reports: about the present incarnation it is observed, of any other that lives it is a stray. */
  noteReport(report: WorkloadReport, node: NodeId, document: SessionDocument): void {
    const { role, worker, incarnation, state, address, exit } = report;
    const present = document.workers[role];
    const stray: Stray = { node, worker, incarnation };
    if (present?.id === worker && present.incarnation === incarnation && present.node === node) {
      const details = { ...(address === undefined ? {} : { address }), ...(exit === undefined ? {} : { exit }) };
      this.observe(role, { incarnation, state, ...details });
    } else if (state === 'exited') {
      this.forgetStray(stray);
    } else {
      this.noteStray(stray);
    }
  }

  /** Remembers what was just written. */
  noteWritten(changes: readonly Change[], before: SessionDocument): void {
    for (const change of changes) {
      if (change.change === 'adopt') this.adopting = false;
      if (change.change === 'warn') this.warned.add(change.about);
      if (change.change === 'next-incarnation') this.noteReplaced(change, before);
    }
  }

  /** A node that was given up may still run the old incarnation: it is stopped there when the node is back. */
  private noteReplaced(member: Member, before: SessionDocument): void {
    this.prepared.delete(memberKey(member));
    this.told.delete(memberKey(member));
    const worker = before.workers[member.role];
    const observed = this.observed.get(member.role);
    const over = observed?.incarnation === member.incarnation && isOver(observed);
    if (worker === undefined || worker.node === null || over) return;
    this.noteStray({ node: worker.node, worker: worker.id, incarnation: member.incarnation });
  }

  private nodesOf(document: SessionDocument, book: NodeBook): Map<string, NodeFacts> {
    const named = Object.values(document.workers).flatMap(({ node }) => (node === null ? [] : [node]));
    const all = new Set<NodeId>([...named, ...[...this.strays.values()].map(({ node }) => node)]);
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

function isOver({ state }: ObservedWorker): boolean {
  return state === 'exited' || state === 'missing';
}

function strayKey({ node, worker, incarnation }: Stray): string {
  return `${node}/${worker}/${incarnation}`;
}
