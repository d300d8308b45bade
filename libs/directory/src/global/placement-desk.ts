import {
  MusterError,
  type NodeId,
  type PlacementAsk,
  type PlacementChoice,
  type PlacementExplanation,
  type PlanAnswer,
  type ReleaseAsk,
  type ReserveAnswer,
} from '@muster/contracts';
import {
  explainPlacement,
  planPlacement,
  type PlacementPlan,
  type PlacementPolicy,
  type PlacementSuccess,
} from '@muster/placement';
import { jittered, type Clock, type RandomSource } from '@muster/platform';
import { explanationOf, plannedChoice, requestsOf } from './ask-to-plan.js';
import type { DecisionLog } from './decision-log.js';
import { GangReservation, type GangResult } from './gang-reservation.js';
import type { NodeBook } from './node-book.js';
import type { NodeCalls } from '../protocol/calls.js';

export interface PlacementDeskParts {
  book: NodeBook;
  calls: NodeCalls;
  decisions: DecisionLog;
  clock: Clock;
  random: RandomSource;
  onError: (error: unknown) => void;
  /** No `never` before so much time has passed since our start: nodes may not have reported yet. */
  bookSettleMs: number;
  /** Pools that can get new nodes, true for all: no `never` for what these might host. */
  canGrowPools?: boolean | readonly string[];
  maxTries?: number;
  deadlineMs?: number;
}

const callDeadlineMs = 3000;
const pauseMs = 20;

/** Decides where workloads go, and has the nodes put hardware aside for them: all of an ask or none. */
export class PlacementDesk {
  private readonly startedAtMs: number;
  private readonly gangs: GangReservation;

  constructor(private readonly parts: PlacementDeskParts) {
    this.startedAtMs = parts.clock.monotonicMs();
    this.gangs = new GangReservation({ ...parts, callDeadlineMs });
  }

  /** Where they would go now. Nothing is reserved. */
  plan(ask: PlacementAsk): PlanAnswer {
    const plan = this.decide(ask, new Map());
    if (plan.verdict !== 'now') return { verdict: plan.verdict, explanation: explanationOf(plan) };
    return { verdict: 'now', placements: plan.placements.map((placement) => plannedChoice(placement, ask)) };
  }

  /** For each placement of a plan: which nodes would do for it while the others stand, and why the rest would not; in their order. */
  explain(ask: PlacementAsk, placements: readonly PlacementChoice[]): PlacementExplanation[] {
    const roles = new Map(ask.items.map(({ worker, role }) => [worker, role]));
    const placed = placements.map(({ worker, node }) => [roles.get(worker) ?? '', node]);
    const lines = this.parts.book.lines();
    return requestsOf({ ...ask, placed: Object.fromEntries(placed) as Record<string, NodeId> }, new Map()).map(
      (request) => explanationOf({ explanation: explainPlacement(request, lines) }),
    );
  }

  /**
   * Plans, then reserves at the nodes, who decide last. A node that refuses corrects the book and is avoided; what was
   * accepted for a gang that is not complete is given back before the next try. Throws `stale` when a node knows a newer epoch.
   */
  async reserve(ask: PlacementAsk): Promise<ReserveAnswer> {
    const { clock, random, maxTries = 6, deadlineMs = 8000 } = this.parts;
    const until = clock.monotonicMs() + deadlineMs;
    const refusals = new Map<string, NodeId[]>();
    for (let attempt = 1; attempt <= maxTries && clock.monotonicMs() < until; attempt += 1) {
      const plan = this.decide(ask, refusals);
      if (plan.verdict !== 'now') return this.notNow(plan, refusals);
      const result = await this.gangs.reserve(ask, plan);
      if (result.complete) return { verdict: 'now', placements: result.placements };
      this.requireCurrent(ask, result);
      for (const { role, node } of result.refused) refusals.set(role, [...(refusals.get(role) ?? []), node]);
      await clock.sleep(jittered(pauseMs * attempt, random));
    }
    return { verdict: 'later', explanation: this.gaveUp(refusals) };
  }

  /** Gives back reservations that will not be used, wherever they are. */
  async release({ fences }: ReleaseAsk): Promise<void> {
    await this.gangs.release(fences);
  }

  get settled(): boolean {
    return this.parts.clock.monotonicMs() - this.startedAtMs >= this.parts.bookSettleMs;
  }

  private decide(ask: PlacementAsk, refusals: ReadonlyMap<string, NodeId[]>): PlacementPlan {
    const { book, decisions, random } = this.parts;
    const requests = requestsOf(ask, refusals);
    const lines = book.lines();
    const policy = this.policy(Math.floor(random.next() * 2 ** 31));
    const plan = planPlacement(requests, lines, policy);
    decisions.record(() => ({ session: ask.session, epoch: ask.epoch, requests, book: lines, policy, plan }));
    return plan;
  }

  private policy(seed: number): PlacementPolicy {
    const { canGrowPools } = this.parts;
    return { seed, bookSettled: this.settled, ...(canGrowPools === undefined ? {} : { canGrowPools }) };
  }

  /** What failed only because nodes were avoided that refused it just now may work later. */
  private notNow(
    plan: Exclude<PlacementPlan, PlacementSuccess>,
    refusals: ReadonlyMap<string, NodeId[]>,
  ): ReserveAnswer {
    return { verdict: refusals.size > 0 ? 'later' : plan.verdict, explanation: explanationOf(plan) };
  }

  private requireCurrent(ask: PlacementAsk, { stale }: Extract<GangResult, { complete: false }>): void {
    if (stale === undefined) return;
    throw new MusterError('stale', `session ${ask.session} has epoch ${stale} at a node, the ask has ${ask.epoch}`, {
      extensions: { matter: 'epoch', seen: stale },
    });
  }

  private gaveUp(refusals: ReadonlyMap<string, NodeId[]>): PlacementExplanation {
    const nodes = [...new Set([...refusals.values()].flat())];
    const names = nodes.map((id) => this.parts.book.get(id)?.description.name ?? id).slice(0, 5);
    const text = 'refused what the book said they had; the book is corrected';
    const summary = `${this.parts.book.all().length} nodes: ${nodes.length} ${text}`;
    return {
      summary,
      nodes: this.parts.book.all().length,
      reasons: [{ filter: 'refused', count: nodes.length, text, nodes: names }],
    };
  }
}
