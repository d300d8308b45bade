import {
  type Fence,
  type NodeId,
  type PlacementAsk,
  type ReserveOnNode,
  type ReserveOnNodeResult,
  type ReservedPlacement,
  type WorkloadId,
  workloadIdOf,
} from '@muster/contracts';
import type { Placement, PlacementSuccess } from '@muster/placement';
import type { Clock } from '@muster/platform';
import type { NodeCalls } from '../protocol/calls.js';
import { itemOf, plannedChoice } from './ask-to-plan.js';
import type { KnownNode, NodeBook } from './node-book.js';

export interface GangReservationParts {
  book: NodeBook;
  calls: NodeCalls;
  clock: Clock;
  onError: (error: unknown) => void;
  callDeadlineMs: number;
}

export type GangResult =
  | { complete: true; placements: ReservedPlacement[] }
  | {
      complete: false;
      refused: { role: string; node: NodeId }[];
      /** A node has seen this newer epoch of the session. */
      stale?: number;
    };

/** One placement of the plan on its way to its node. */
interface Bid {
  fence: Fence;
  placement: Placement;
  node: KnownNode;
  item: ReserveOnNode['items'][number];
}

type Outcome = { bid: Bid; result?: ReserveOnNodeResult };

/** Reserves a plan at its nodes: one call per node, all at once; what is not complete is given back whole. */
export class GangReservation {
  /** Where our reservations are, for giving them back; the oldest are forgotten, they expire by themselves. */
  private readonly reservedAt = new Map<WorkloadId, NodeId>();

  constructor(private readonly parts: GangReservationParts) {}

  async reserve(ask: PlacementAsk, plan: PlacementSuccess): Promise<GangResult> {
    const bids = plan.placements.flatMap((placement) => this.bidFor(ask, placement));
    for (const { fence, placement, node } of bids) {
      const untilMs = this.parts.clock.monotonicMs() + ask.reservationMs;
      this.parts.book.expect({ workload: idOf(fence), node: node.id, booking: placement.booking, untilMs });
    }
    const byNode = Map.groupBy(bids, ({ node }) => node);
    const outcomes = (await Promise.all([...byNode].map(([node, each]) => this.askNode(node, each)))).flat();
    const accepted = outcomes.flatMap((outcome) => reservedOf(outcome, ask));
    if (accepted.length === ask.items.length) return { complete: true, placements: accepted };
    await this.release(outcomes.filter(({ result }) => result?.accepted !== false).map(({ bid }) => bid.fence));
    return this.incomplete(plan, outcomes);
  }

  /** Asks their nodes to give back what was not used. Unknown ones, and nodes that do not answer, are left to expiry. */
  async release(fences: readonly Fence[]): Promise<void> {
    const byNode = Map.groupBy(fences, (fence) => this.nodeOf(idOf(fence)));
    const calls = [...byNode].flatMap(([node, each]) => (node === undefined ? [] : [this.releaseAt(node, each)]));
    await Promise.all(calls);
  }

  private bidFor(ask: PlacementAsk, placement: Placement): Bid[] {
    const node = this.parts.book.get(placement.nodeId as NodeId);
    const asked = itemOf(ask, placement.key);
    if (node === undefined || asked === undefined) return [];
    const { worker, incarnation, role, workerType, hardware } = asked;
    const fence = { session: ask.session, epoch: ask.epoch, worker, incarnation };
    return [{ fence, placement, node, item: { fence, role, workerType, hardware, ttlMs: ask.reservationMs } }];
  }

  /** No answer leaves open whether it is reserved: it stays in the book until the node's own account shows it, or not. */
  private async askNode(node: KnownNode, bids: Bid[]): Promise<Outcome[]> {
    for (const { fence } of bids) this.remember(idOf(fence), node.id);
    try {
      const ask = { nodeEpoch: node.nodeEpoch, items: bids.map(({ item }) => item) };
      const answer = await this.parts.calls.reserve(node.address, ask, { deadlineMs: this.parts.callDeadlineMs });
      for (const { fence } of bids) this.parts.book.unexpect(idOf(fence));
      this.parts.book.correct(node.id, answer.nodeEpoch, answer.free);
      return bids.map((bid) => ({ bid, result: answer.results.find(({ worker }) => worker === bid.fence.worker) }));
    } catch (error) {
      this.parts.onError(error);
      return bids.map((bid) => ({ bid }));
    }
  }

  private async releaseAt(node: KnownNode, fences: Fence[]): Promise<void> {
    try {
      await this.parts.calls.release(node.address, { fences }, { deadlineMs: this.parts.callDeadlineMs });
      for (const fence of fences) {
        this.parts.book.unexpect(idOf(fence));
        this.reservedAt.delete(idOf(fence));
      }
    } catch (error) {
      this.parts.onError(error);
    }
  }

  private incomplete(plan: PlacementSuccess, outcomes: readonly Outcome[]): GangResult {
    const failed = outcomes.filter(({ result }) => result?.accepted !== true);
    const refused = failed.map(({ bid }) => ({ role: bid.placement.key, node: bid.node.id }));
    const vanished = plan.placements.filter(({ key }) => !outcomes.some(({ bid }) => bid.placement.key === key));
    const stale = failed.flatMap(({ result }) =>
      result?.accepted === false && result.seen !== undefined ? [result.seen] : [],
    );
    const all = [...refused, ...vanished.map(({ key, nodeId }) => ({ role: key, node: nodeId as NodeId }))];
    return { complete: false, refused: all, ...(stale.length === 0 ? {} : { stale: Math.max(...stale) }) };
  }

  private nodeOf(id: WorkloadId): KnownNode | undefined {
    const at = this.reservedAt.get(id);
    return at === undefined ? this.parts.book.whereabouts(id) : this.parts.book.get(at);
  }

  private remember(id: WorkloadId, node: NodeId): void {
    this.reservedAt.delete(id);
    this.reservedAt.set(id, node);
    for (const oldest of this.reservedAt.keys()) {
      if (this.reservedAt.size <= 10_000) return;
      this.reservedAt.delete(oldest);
    }
  }
}

function idOf({ session, worker, incarnation }: Fence): WorkloadId {
  return workloadIdOf(session, worker, incarnation);
}

function reservedOf({ bid, result }: Outcome, ask: PlacementAsk): ReservedPlacement[] {
  if (result?.accepted !== true) return [];
  const { node, placement } = bid;
  const { nodeEpoch, address, description } = node;
  return [
    { ...plannedChoice(placement, ask), nodeEpoch, address, nodeName: description.name, booking: result.booking },
  ];
}
