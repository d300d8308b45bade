import type { GpuRequest, HardwareRequest } from '@muster/contracts';
import { aNode, aRequest } from '@muster/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bookHardware } from './book-hardware.js';
import { type BookedNode, emptyNode, releaseBooking, takeBooking } from './booked-node.js';
import { explainPlacement } from './explain-placement.js';
import { planPlacement } from './plan-placement.js';
import type { PlacementRequest } from './placement-request.js';

const gib = 1024 ** 3;

const gpuRequests: fc.Arbitrary<GpuRequest> = fc.record(
  {
    count: fc.integer({ min: 1, max: 3 }),
    share: fc.constantFrom(0.1, 0.25, 0.3, 0.5, 1),
    memoryBytes: fc.constantFrom(gib, 4 * gib, 12 * gib, 40 * gib),
    exclusive: fc.boolean(),
    optional: fc.boolean(),
  },
  { requiredKeys: [] },
);

const seldom = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const hardware: fc.Arbitrary<HardwareRequest> = fc.record({
  cpuMillis: fc.oneof(fc.constant(undefined), fc.integer({ min: 0, max: 4000 })),
  memoryBytes: fc.oneof(
    fc.constant(undefined),
    fc.integer({ min: 0, max: 16 }).map((n) => n * gib),
  ),
  gpu: seldom(gpuRequests),
  os: seldom(fc.constantFrom({ family: 'linux' as const }, { family: 'windows' as const, build: '10.0.20348' })),
  pool: seldom(fc.constantFrom('a', 'b')),
  ports: seldom(fc.integer({ min: 0, max: 3 })),
});

const keys = ['w0', 'w1', 'w2', 'w3', 'w4'];
const someKeys = fc.subarray(keys, { maxLength: 2 });
const gangs: fc.Arbitrary<PlacementRequest[]> = fc
  .array(fc.record({ hardware, near: someKeys, apart: someKeys }), { minLength: 1, maxLength: 5 })
  .map((members) =>
    members.map(({ hardware: needs, near, apart }, i) =>
      // Most gangs ask for one or the other, so that many can be placed.
      aRequest(needs, { key: keys[i], near: i % 3 === 1 ? near.slice(0, 1) : [], apart: i % 3 === 2 ? apart : [] }),
    ),
  );

const devices = fc.record({
  sharing: fc.constantFrom('none' as const, 'time-slice' as const, 'mps' as const, 'mig' as const),
  memoryBytes: fc.constantFrom(8 * gib, 24 * gib),
  shared: fc.integer({ min: 1, max: 10 }),
  fixedSlots: fc.boolean(),
  foreign: seldom(fc.integer({ min: 1, max: 10 })),
});

const emptyNodes: fc.Arbitrary<BookedNode> = fc
  .record({
    cpuMillis: fc.integer({ min: 0, max: 8000 }),
    gpus: fc.array(devices, { maxLength: 3 }),
    windows: fc.boolean(),
    pools: fc.subarray(['a', 'b']),
    ports: fc.integer({ min: 0, max: 5 }),
    backend: fc.constantFrom('process' as const, 'docker' as const, 'kubernetes' as const),
  })
  .map(({ cpuMillis, gpus, windows, pools, ports, backend }) => {
    const node = aNode('x')
      .withAmounts({ cpuMillis, ports })
      .inPools(...pools)
      .onBackend(backend);
    for (const { shared, fixedSlots, foreign, ...gpu } of gpus) {
      const slots = gpu.sharing === 'none' ? 1 : shared;
      node.withGpus(1, {
        ...gpu,
        slots,
        ...(fixedSlots && slots > 1 && { fixedSlots }),
        ...(foreign !== undefined && { foreignSlots: Math.min(slots, foreign) }),
      });
    }
    return (windows ? node.windows() : node).build();
  });

const usedNodes = fc
  .tuple(emptyNodes, fc.array(hardware, { maxLength: 4 }), fc.constantFrom('ready', 'ready', 'draining', 'down'))
  .map(([node, running, state]) => ({ ...running.reduce(bookIfPossible, node), state: state as BookedNode['state'] }));

const books = fc.array(usedNodes, { minLength: 1, maxLength: 10 }).map((nodes) => nodes.map(renamed));
const policies = fc.record({
  seed: fc.integer(),
  scanAllUpTo: fc.constantFrom(1, 64),
  sampleSize: fc.integer({ min: 1, max: 4 }),
});

function bookIfPossible(node: BookedNode, request: HardwareRequest): BookedNode {
  const { booking } = bookHardware(node, request);
  return booking === undefined ? node : takeBooking(node, booking);
}

function renamed(line: BookedNode, i: number): BookedNode {
  return { ...line, node: Object.assign({}, line.node, { id: `n${i}`, name: `n${i}` }) };
}

function isOverBooked({ free, gpus, node }: BookedNode, before: BookedNode): boolean {
  const short = (['cpuMillis', 'memoryBytes', 'diskBytes', 'ports'] as const).some(
    (amount) => free[amount] < 0 && free[amount] < before.free[amount],
  );
  return (
    short ||
    gpus.some(({ freeSlots, freeMemoryBytes }) => freeSlots < 0 || freeMemoryBytes < 0) ||
    gpus.some(({ use, device }) => use === 'shared' && device.sharing === 'none' && !device.foreignSlots) ||
    gpus.some(({ use, device }) => use === 'exclusive' && device.fixedSlots) ||
    gpus.length !== node.gpus.length
  );
}

describe('whatever is asked of whatever book', () => {
  it('a plan has a place for every member or for none, and over-books no node', () => {
    let placed = 0;
    fc.assert(
      fc.property(gangs, books, policies, (gang, book, policy) => {
        const plan = planPlacement(gang, book, policy);
        if (plan.verdict !== 'now') return;
        placed++;
        expect(plan.placements.map(({ key }) => key)).toEqual(gang.map(({ key }) => key));
        const after = new Map(book.map((line) => [line.node.id, line]));
        for (const { nodeId, booking } of plan.placements) after.set(nodeId, takeBooking(after.get(nodeId)!, booking));
        expect(book.filter((line) => isOverBooked(after.get(line.node.id)!, line))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
    expect(placed).toBeGreaterThan(100);
  });

  it('exclusive and shared use never meet on one card', () => {
    fc.assert(
      fc.property(emptyNodes, fc.array(gpuRequests, { maxLength: 12 }), (node, requests) => {
        const users = new Map<string, boolean[]>();
        let line = node;
        for (const gpu of requests) {
          const { booking } = bookHardware(line, { gpu });
          if (booking === undefined) continue;
          for (const { deviceId, exclusive } of booking.gpus) {
            users.set(deviceId, [...(users.get(deviceId) ?? []), exclusive]);
          }
          line = takeBooking(line, booking);
        }
        expect([...users.values()].filter((uses) => uses.includes(true) && uses.length > 1)).toEqual([]);
      }),
    );
  });

  it('members that must be near are on one node, and those that must be apart are not', () => {
    fc.assert(
      fc.property(gangs, books, policies, (gang, book, policy) => {
        const plan = planPlacement(gang, book, policy);
        if (plan.verdict !== 'now') return;
        const nodeOf = new Map(plan.placements.map(({ key, nodeId }) => [key, nodeId]));
        const others = (key: string, named: readonly string[] = []) =>
          named.filter((each) => each !== key && nodeOf.has(each));
        for (const { key, near, apart } of gang) {
          for (const other of others(key, near)) expect(nodeOf.get(other)).toBe(nodeOf.get(key));
          for (const other of others(key, apart)) expect(nodeOf.get(other)).not.toBe(nodeOf.get(key));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('the same question has the same answer', () => {
    fc.assert(
      fc.property(gangs, books, policies, (gang, book, policy) => {
        expect(planPlacement(gang, book, policy)).toEqual(
          planPlacement(structuredClone(gang), structuredClone(book), policy),
        );
      }),
    );
  });

  it('never is only said of what does not fit on empty nodes either', () => {
    fc.assert(
      fc.property(gangs, books, policies, (gang, book, policy) => {
        if (planPlacement(gang, book, policy).verdict !== 'never') return;
        const empty = book.map(({ node }) => emptyNode(node));
        expect(planPlacement(gang, empty, { ...policy, gangTries: 50 }).verdict).not.toBe('now');
      }),
      { numRuns: 1000 },
    );
  });

  it('one workload finds a node whenever any node can take it', () => {
    fc.assert(
      fc.property(hardware, books, policies, (needs, book, policy) => {
        const request = aRequest(needs);
        const isFree = explainPlacement(request, book).fitting > 0;
        expect(planPlacement([request], book, policy).verdict === 'now').toBe(isFree);
      }),
      { numRuns: 500 },
    );
  });

  it('an explanation accounts for every node once', () => {
    fc.assert(
      fc.property(gangs, books, policies, (gang, book, policy) => {
        const plan = planPlacement(gang, book, policy);
        const explanation = plan.verdict === 'now' ? explainPlacement(gang[0]!, book) : plan.explanation;
        const counted = explanation.reasons.reduce((sum, { count }) => sum + count, explanation.fitting);
        expect(counted).toBe(book.length);
        if (plan.verdict !== 'now') expect(explanation.fitting).toBe(0);
      }),
      { numRuns: 500 },
    );
  });

  it('what is booked and released leaves the node as it was', () => {
    fc.assert(
      fc.property(usedNodes, hardware, (node, needs) => {
        const { booking } = bookHardware(node, needs);
        if (booking !== undefined) expect(releaseBooking(takeBooking(node, booking), booking)).toEqual(node);
      }),
    );
  });
});
