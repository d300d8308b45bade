import type { InstanceId, SessionId, UserId } from '@muster/contracts';
import { orderQueue, type QueuedSession } from './queue-order.js';
import { addUsage, excessOf, noUsage, type Usage, type UserLimits } from './user-limits.js';

/** A session that waits and is granted to nobody. */
export interface WaitingSession extends QueuedSession {
  demand: Usage;
  /** Wall clock. */
  deadlineAtMs: number | null;
  /** It found no room a moment ago and is not tried again yet. */
  paused: boolean;
}

/** A session service that takes new sessions. */
export interface ServiceRoom {
  instance: InstanceId;
  /** How many more sessions it can hold. */
  free: number;
}

export interface AdmissionFacts {
  queue: readonly WaitingSession[];
  services: readonly ServiceRoom[];
  /** From the ledger: never too low. */
  usage: ReadonlyMap<UserId, Usage>;
  limitsOf(owner: UserId): UserLimits;
  nowMs: number;
  /** At most so many grants. */
  maxGrants: number;
}

export type AdmissionStep = { session: SessionId } & (
  { step: 'grant'; holder: InstanceId } | { step: 'expire' } | { step: 'wait'; reason: WaitReason; text: string | null }
);
export type WaitReason = 'user-limit' | 'no-service' | 'paused' | 'later-round';

/**
 * Decides for everything that waits, in the order of the queue: what has expired is never started, what is above its user's
 * limits waits without holding up others, and the rest is granted to the session services with most room.
 */
export function admit(facts: AdmissionFacts): AdmissionStep[] {
  const round = new Round(facts);
  const held = new Map([...facts.usage].map(([owner, { sessions }]) => [owner, sessions]));
  return orderQueue(facts.queue, held).map((session) => ({ session: session.id, ...round.decide(session) }));
}

type Decision = AdmissionStep extends infer Step ? (Step extends unknown ? Omit<Step, 'session'> : never) : never;

class Round {
  private readonly services: ServiceRoom[];
  private readonly usage: Map<UserId, Usage>;
  private grants = 0;

  constructor(private readonly facts: AdmissionFacts) {
    this.services = facts.services.map((service) => ({ ...service }));
    this.usage = new Map(facts.usage);
  }

  decide(session: WaitingSession): Decision {
    const { facts } = this;
    if (session.deadlineAtMs !== null && session.deadlineAtMs <= facts.nowMs) return { step: 'expire' };
    const used = this.usage.get(session.owner) ?? noUsage;
    const excess = excessOf(used, session.demand, facts.limitsOf(session.owner));
    if (excess.length > 0) return { step: 'wait', reason: 'user-limit', text: `user-limit: ${excess.join('; ')}` };
    if (session.paused) return { step: 'wait', reason: 'paused', text: null };
    if (this.grants >= facts.maxGrants) return { step: 'wait', reason: 'later-round', text: null };
    const service = this.roomiest();
    if (service === undefined) return { step: 'wait', reason: 'no-service', text: 'no session service has room' };
    this.grants += 1;
    service.free -= 1;
    this.usage.set(session.owner, addUsage(used, session.demand));
    return { step: 'grant', holder: service.instance };
  }

  private roomiest(): ServiceRoom | undefined {
    let best: ServiceRoom | undefined;
    for (const service of this.services) if (service.free > (best?.free ?? 0)) best = service;
    return best;
  }
}
