import type { InstanceId, SessionId, UserId } from '@muster/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit, type AdmissionFacts, type WaitingSession } from './admit.js';
import { orderQueue } from './queue-order.js';
import { addUsage, noUsage, type Usage, type UserLimits } from './user-limits.js';

const unlimited: UserLimits = { sessions: null, cpuMillis: null, memoryBytes: null, gpus: null };

function waiting(id: string, owner: string, rest: Partial<WaitingSession> = {}): WaitingSession {
  const demand = { sessions: 1, cpuMillis: 100, memoryBytes: 10, gpus: 0 };
  return {
    id: id as SessionId,
    owner: owner as UserId,
    priority: 50,
    sinceMs: 0,
    deadlineAtMs: null,
    paused: false,
    demand,
    ...rest,
  };
}

function facts(queue: WaitingSession[], rest: Partial<AdmissionFacts> = {}): AdmissionFacts {
  const services = [{ instance: 'svc_a' as InstanceId, free: 100 }];
  return { queue, services, usage: new Map(), limitsOf: () => unlimited, nowMs: 1000, maxGrants: 100, ...rest };
}

const outcomes = (steps: ReturnType<typeof admit>): string[] =>
  steps.map(
    (step) => `${step.session} ${step.step === 'grant' ? step.holder : step.step === 'wait' ? step.reason : step.step}`,
  );

describe('admission', () => {
  it('lets users take turns, whoever asked for more first', () => {
    const queue = [
      waiting('a1', 'ada', { sinceMs: 1 }),
      waiting('a2', 'ada', { sinceMs: 2 }),
      waiting('b1', 'bob', { sinceMs: 3 }),
    ];
    expect(outcomes(admit(facts(queue)))).toEqual(['a1 svc_a', 'b1 svc_a', 'a2 svc_a']);
  });

  it('counts what a user has already', () => {
    const usage = new Map([['ada' as UserId, { ...noUsage, sessions: 1 }]]);
    const queue = [waiting('a1', 'ada', { sinceMs: 1 }), waiting('b1', 'bob', { sinceMs: 3 })];
    expect(outcomes(admit(facts(queue, { usage })))).toEqual(['b1 svc_a', 'a1 svc_a']);
  });

  it('puts the higher priority first among one user’s own', () => {
    const queue = [waiting('old', 'ada', { sinceMs: 1 }), waiting('urgent', 'ada', { sinceMs: 2, priority: 90 })];
    expect(outcomes(admit(facts(queue)))).toEqual(['urgent svc_a', 'old svc_a']);
  });

  it('never starts what has expired', () => {
    expect(outcomes(admit(facts([waiting('late', 'ada', { deadlineAtMs: 1000 })])))).toEqual(['late expire']);
  });

  it('lets a session above its user’s limit wait without holding up others', () => {
    const limitsOf = (): UserLimits => ({ ...unlimited, cpuMillis: 150 });
    const queue = [
      waiting('a1', 'ada', { sinceMs: 1 }),
      waiting('a2', 'ada', { sinceMs: 2 }),
      waiting('b1', 'bob', { sinceMs: 3 }),
    ];
    const steps = admit(facts(queue, { limitsOf }));
    expect(outcomes(steps)).toEqual(['a1 svc_a', 'b1 svc_a', 'a2 user-limit']);
    expect(steps[2]).toMatchObject({ text: 'user-limit: cpuMillis: 100 in use and 100 wanted, the limit is 150' });
  });

  it('grants to the session service with most room, and to none that is full', () => {
    const services = [
      { instance: 'svc_a' as InstanceId, free: 1 },
      { instance: 'svc_b' as InstanceId, free: 2 },
    ];
    const queue = ['1', '2', '3', '4'].map((id, sinceMs) => waiting(id, 'ada', { sinceMs }));
    expect(outcomes(admit(facts(queue, { services })))).toEqual(['1 svc_b', '2 svc_a', '3 svc_b', '4 no-service']);
  });

  it('passes over what found no room a moment ago, and grants a bounded number a round', () => {
    const queue = [
      waiting('1', 'ada', { paused: true }),
      waiting('2', 'ada', { sinceMs: 1 }),
      waiting('3', 'ada', { sinceMs: 2 }),
    ];
    expect(outcomes(admit(facts(queue, { maxGrants: 1 })))).toEqual(['1 paused', '2 svc_a', '3 later-round']);
  });
});

const someQueue = fc.array(
  fc.record({
    owner: fc.constantFrom('ada', 'bob', 'cyd'),
    sinceMs: fc.nat(50),
    priority: fc.nat(3),
    cpuMillis: fc.nat(300),
  }),
  { maxLength: 40 },
);
const someUsage = fc.record({ ada: fc.nat(4), bob: fc.nat(4), cyd: fc.nat(4) });

describe('any queue', () => {
  const build = (lines: { owner: string; sinceMs: number; priority: number; cpuMillis: number }[]): WaitingSession[] =>
    lines.map(({ owner, cpuMillis, ...rest }, index) =>
      waiting(`s${index}`, owner, { ...rest, demand: { sessions: 1, cpuMillis, memoryBytes: 1, gpus: 0 } }),
    );

  it('never exceeds a limit nor the room of a service', () => {
    fc.assert(
      fc.property(someQueue, fc.nat(6), fc.nat(900), fc.nat(5), (lines, sessions, cpuMillis, free) => {
        const queue = build(lines);
        const limits = { ...unlimited, sessions, cpuMillis };
        const services = [{ instance: 'svc_a' as InstanceId, free }];
        const steps = admit(facts(queue, { services, limitsOf: () => limits }));
        const granted = steps
          .filter(({ step }) => step === 'grant')
          .map(({ session }) => queue.find(({ id }) => id === session));
        expect(granted.length).toBeLessThanOrEqual(free);
        for (const owner of ['ada', 'bob', 'cyd']) {
          const sum = granted
            .filter((each) => each?.owner === owner)
            .reduce<Usage>((used, each) => addUsage(used, each?.demand ?? noUsage), noUsage);
          expect(sum.sessions).toBeLessThanOrEqual(sessions);
          expect(sum.cpuMillis).toBeLessThanOrEqual(cpuMillis);
        }
      }),
    );
  });

  it('is shared fairly: nobody who waits is more than one session behind another who was let in', () => {
    fc.assert(
      fc.property(someQueue, someUsage, fc.nat(20), (lines, held, free) => {
        const queue = build(lines);
        const usage = new Map(
          Object.entries(held).map(([owner, sessions]) => [owner as UserId, { ...noUsage, sessions }]),
        );
        const steps = admit(facts(queue, { usage, services: [{ instance: 'svc_a' as InstanceId, free }] }));
        const has = new Map<string, number>(Object.entries(held));
        const granted = new Map<string, number>();
        for (const { step, session } of steps) {
          const owner = queue.find(({ id }) => id === session)?.owner ?? '';
          if (step === 'grant') {
            has.set(owner, (has.get(owner) ?? 0) + 1);
            granted.set(owner, (granted.get(owner) ?? 0) + 1);
          }
        }
        const waits = new Set(
          steps
            .filter(({ step }) => step === 'wait')
            .map(({ session }) => queue.find(({ id }) => id === session)?.owner ?? ''),
        );
        for (const owner of waits) {
          for (const [other] of granted) expect(has.get(other)).toBeLessThanOrEqual((has.get(owner) ?? 0) + 1);
        }
      }),
    );
  });

  it('has one order, however it was read, and keeps each user’s own in priority and age', () => {
    fc.assert(
      fc.property(someQueue, someUsage, (lines, held) => {
        const queue = build(lines);
        const usage = new Map(Object.entries(held)) as Map<UserId, number>;
        const order = orderQueue(queue, usage);
        expect(orderQueue([...queue].reverse(), usage)).toEqual(order);
        const own = order.filter(({ owner }) => owner === 'ada');
        const sorted = [...own].sort(
          (a, b) => b.priority - a.priority || a.sinceMs - b.sinceMs || (a.id < b.id ? -1 : 1),
        );
        expect(own).toEqual(sorted);
      }),
    );
  });
});
