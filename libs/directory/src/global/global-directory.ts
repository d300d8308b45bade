import type {
  DrainNode,
  ExplainPlacement,
  ListNodesQuery,
  NodeDetail,
  NodeId,
  NodePage,
  NodeReport,
  NodeReportAnswer,
  NodeStateLine,
  PlacementAsk,
  PlacementExplained,
  PlanAnswer,
  ReleaseAsk,
  ReserveAnswer,
  SessionId,
  WorkerId,
} from '@muster/contracts';
import { Periodic, type Clock, type RandomSource } from '@muster/platform';
import type { Collection } from '@muster/store';
import type { NodeCalls } from '../protocol/calls.js';
import { DecisionLog, type RecordedDecision } from './decision-log.js';
import { Drains, type DrainDocument } from './drains.js';
import { NodeBook } from './node-book.js';
import { defaultBookPolicy, type BookPolicy } from './node-silence.js';
import { NodeStates } from './node-states.js';
import type { NodeUsage } from './node-usage.js';
import { NodeViews } from './node-views.js';
import { PlacementDesk } from './placement-desk.js';

export interface GlobalDirectoryParts {
  calls: NodeCalls;
  drains: Collection<DrainDocument>;
  clock: Clock;
  random: RandomSource;
  policy?: Partial<BookPolicy>;
  bookSettleMs: number;
  canGrowPools?: boolean | readonly string[];
  /** Recorded decisions; 0 = none. */
  decisionsKept: number;
  onError: (error: unknown) => void;
}

const drainsEveryMs = 2000;
const heartbeatMs = 5000;

/** One replica of the global directory: the book of nodes and what is decided with it. */
export class GlobalDirectory {
  private readonly states = new NodeStates();
  private readonly book: NodeBook;
  private readonly drains: Drains;
  private readonly views: NodeViews;
  private readonly desk: PlacementDesk;
  private readonly decisions: DecisionLog;
  private readonly periodics: Periodic[];

  constructor(private readonly parts: GlobalDirectoryParts) {
    const { clock, random, onError } = parts;
    const policy = { ...defaultBookPolicy, ...parts.policy };
    this.book = new NodeBook(policy, (change) => this.states.changed(change));
    this.drains = new Drains(parts.drains, this.book);
    this.views = new NodeViews(this.book, this.drains, clock);
    this.decisions = new DecisionLog(parts.decisionsKept);
    this.desk = new PlacementDesk({ ...parts, book: this.book, decisions: this.decisions });
    const tick = async (): Promise<void> => this.book.tick(clock.monotonicMs());
    this.periodics = [
      new Periodic({ name: 'silent nodes', periodMs: policy.periodMs / 4, run: tick, onError, clock, random }),
      new Periodic({
        name: 'drain marks',
        periodMs: drainsEveryMs,
        run: () => this.drains.refresh(),
        onError,
        clock,
        random,
      }),
    ];
  }

  /** Rejects when the store is out of reach: without the drain marks nothing may be placed. */
  async start(): Promise<void> {
    await this.drains.refresh();
    for (const periodic of this.periodics) periodic.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.periodics.map((periodic) => periodic.stop()));
  }

  report(report: NodeReport): NodeReportAnswer {
    return this.book.report(report, this.parts.clock.monotonicMs());
  }

  plan(ask: PlacementAsk): PlanAnswer {
    return this.desk.plan(ask);
  }

  reserve(ask: PlacementAsk): Promise<ReserveAnswer> {
    return this.desk.reserve(ask);
  }

  release(ask: ReleaseAsk): Promise<void> {
    return this.desk.release(ask);
  }

  /** A plan for people: where would these go, and why not elsewhere? */
  explain({ items }: ExplainPlacement): PlacementExplained {
    const ask = dryRun(items);
    const answer = this.desk.plan(ask);
    if (answer.verdict !== 'now') {
      const { summary, role, reasons } = answer.explanation;
      return { verdict: answer.verdict, placements: [], summary, ...(role === undefined ? {} : { role }), reasons };
    }
    const elsewhere = this.desk.explain(ask, answer.placements);
    const placements = answer.placements.map(({ worker, node, score, parts }, index) => {
      const { summary = '', reasons = [] } = elsewhere[index] ?? {};
      return { role: worker as string, node, nodeName: this.nameOf(node), score, parts, summary, reasons };
    });
    return { verdict: 'now', placements };
  }

  nodeStates(signal: AbortSignal): AsyncGenerator<NodeStateLine> {
    return this.states.follow(this.book, {
      signal,
      heartbeat: (waiting) => this.parts.clock.sleep(heartbeatMs, waiting),
    });
  }

  listNodes(query: ListNodesQuery): NodePage {
    return this.views.list(query);
  }

  usage(): NodeUsage[] {
    return this.views.usage();
  }

  /** So many nodes fell silent together that the fault is more likely here. */
  get doubts(): boolean {
    return this.book.doubts;
  }

  node(id: NodeId): NodeDetail {
    return this.views.detail(id);
  }

  /** Resolves when the mark is written and counts here; other replicas follow within seconds. */
  async drain(id: NodeId, { reason }: DrainNode, by: string): Promise<NodeDetail> {
    this.views.require(id);
    await this.drains.drain({ _id: id, version: 1, by, reason: reason ?? null, atMs: this.parts.clock.nowMs() });
    return this.node(id);
  }

  async undrain(id: NodeId): Promise<NodeDetail> {
    this.views.require(id);
    await this.drains.undrain(id);
    return this.node(id);
  }

  /** For the debug view and for replay. */
  recordedDecisions(): readonly RecordedDecision[] {
    return this.decisions.all();
  }

  private nameOf(id: NodeId): string {
    return this.book.get(id)?.description.name ?? id;
  }
}

/** Nobody's session; each role stands for its worker. */
function dryRun(items: ExplainPlacement['items']): PlacementAsk {
  return {
    session: 'ses_explain' as SessionId,
    epoch: 0,
    reservationMs: 0,
    items: items.map(({ role, workerType, image, ...rest }) => ({
      ...rest,
      role,
      worker: role as WorkerId,
      workerType: workerType ?? '',
      incarnation: 0,
      ...(image === undefined ? {} : { images: image }),
    })),
  };
}
