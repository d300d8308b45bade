import {
  MusterError,
  type DrainView,
  type ListNodesQuery,
  type NodeDetail,
  type NodeId,
  type NodePage,
  type NodeView,
} from '@muster/contracts';
import type { Clock } from '@muster/platform';
import type { Drains } from './drains.js';
import type { KnownNode, NodeBook } from './node-book.js';
import { usageOf, type NodeUsage } from './node-usage.js';

/** The book as operators see it. */
export class NodeViews {
  constructor(
    private readonly book: NodeBook,
    private readonly drains: Drains,
    private readonly clock: Clock,
  ) {}

  /** By id, page by page. */
  list({ state, pool, limit = 200, cursor = '' }: ListNodesQuery): NodePage {
    const fitting = this.book
      .all()
      .filter((node) => node.id > cursor)
      .filter((node) => state === undefined || this.book.stateOf(node) === state)
      .filter((node) => pool === undefined || node.description.pools.includes(pool))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    const items = fitting.slice(0, limit).map((node) => this.view(node));
    const last = items.at(-1);
    return { items, ...(fitting.length > limit && last !== undefined ? { nextCursor: last.id } : {}) };
  }

  /** With what sits there. Throws `unknown-node`. */
  detail(id: NodeId): NodeDetail {
    const node = this.require(id);
    const sits = [...node.sits.values()].flatMap(({ state, ...each }) =>
      state === 'exited' ? [] : [{ ...each, state }],
    );
    return Object.assign({}, this.view(node), { sits });
  }

  /** What is booked where. */
  usage(): NodeUsage[] {
    return this.book.all().map((node) => usageOf(this.book.lineOf(node)));
  }

  /** Throws `unknown-node`. */
  require(id: NodeId): KnownNode {
    const node = this.book.get(id);
    if (node === undefined) throw new MusterError('unknown-node', `no node ${id} has reported`);
    return node;
  }

  private view(node: KnownNode): NodeView {
    const line = this.book.lineOf(node);
    const drain = this.drainOf(node.id);
    return {
      id: node.id,
      name: node.description.name,
      state: line.state,
      nodeEpoch: node.nodeEpoch,
      lastReportAgoMs: Math.max(0, Math.round(this.clock.monotonicMs() - node.heardAtMs)),
      workloads: node.workloads,
      ...(node.pressure === undefined ? {} : { pressure: node.pressure }),
      ...(drain === undefined ? {} : { drain }),
      free: line.free,
      gpus: line.gpus.map(({ device, ...left }) => Object.assign({}, device, left)),
      description: node.description,
    };
  }

  private drainOf(id: NodeId): DrainView | undefined {
    const mark = this.drains.get(id);
    if (mark === undefined) return undefined;
    return {
      by: mark.by,
      at: new Date(mark.atMs).toISOString(),
      ...(mark.reason === null ? {} : { reason: mark.reason }),
    };
  }
}
