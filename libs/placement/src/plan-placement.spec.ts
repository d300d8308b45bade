import { aNode, aRequest } from '@muster/testing';
import { describe, expect, it } from 'vitest';
import type { BookedNode } from './booked-node.js';
import { planPlacement } from './plan-placement.js';
import type { PlacementPolicy, PlacementRequest } from './placement-request.js';

const gib = 1024 ** 3;
const many = (count: number, node: (name: string) => BookedNode) =>
  Array.from({ length: count }, (_, i) => node(`node-${i}`));

function plan(requests: PlacementRequest[], book: BookedNode[], policy: Partial<PlacementPolicy> = {}) {
  return planPlacement(requests, book, { seed: 1, ...policy });
}

/** key -> node id, or the verdict and its explanation. */
function result(requests: PlacementRequest[], book: BookedNode[], policy: Partial<PlacementPolicy> = {}) {
  const answer = plan(requests, book, policy);
  return answer.verdict === 'now'
    ? Object.fromEntries(answer.placements.map(({ key, nodeId }) => [key, nodeId]))
    : `${answer.verdict}: ${answer.explanation.summary}`;
}

describe('placing one workload', () => {
  it('names the node, the parts of its score and what it books there', () => {
    expect(
      plan([aRequest({ cpuMillis: 800, prefers: { zone: 'a' } })], [aNode().labelled({ zone: 'a' }).build()]),
    ).toEqual({
      verdict: 'now',
      placements: [
        {
          key: 'wrk_1',
          nodeId: 'node-1',
          score: expect.closeTo(0.8 * 0.9 + 0.2 + 1) as number,
          parts: { spread: expect.closeTo(0.92) as number, prefers: 1 },
          booking: { amounts: { cpuMillis: 800, memoryBytes: 0, diskBytes: 0, ports: 1 }, gpus: [] },
        },
      ],
    });
  });

  it('refuses when no node has it free now and says which nodes lacked what', () => {
    const need = { os: { family: 'windows', build: '10.0.20348' }, gpu: { count: 1, memoryBytes: 2 * gib } } as const;
    const book = [
      ...many(3, (name) => aNode(name).windows('10.0.17763').build()),
      ...many(7, (name) =>
        aNode(name)
          .windows()
          .withGpus(1, { memoryBytes: 1.5 * gib })
          .build(),
      ),
      ...many(2, (name) => aNode(name).windows().withGpus(1).draining().build()),
    ];
    const answer = plan([aRequest(need)], book);
    expect(answer).toMatchObject({
      verdict: 'later',
      explanation: {
        summary: '12 nodes: 7 lack 2 GiB GPU memory (best has 1.5 GiB), 3 wrong OS build (need 10.0.20348), 2 draining',
        request: 'wrk_1',
        nodes: 12,
        fitting: 0,
      },
    });
  });

  it('chooses by chance among the best few, and never one that is much worse', () => {
    const book = [...many(4, (name) => aNode(name).build()), aNode('full').booked({ cpuMillis: 7000 }).build()];
    const chosen = new Set<string>();
    for (let seed = 0; seed < 200; seed++) {
      chosen.add(String(Object.values(result([aRequest({ cpuMillis: 1000 })], book, { seed }))));
    }
    expect([...chosen].sort()).toEqual(['node-0', 'node-1', 'node-2', 'node-3']);
  });

  it('finds the only node of a large book that fits', () => {
    const book = many(5000, (name) => aNode(name).booked({ cpuMillis: 8000 }).build());
    book[3217] = aNode('the-one').build();
    expect(result([aRequest({ cpuMillis: 1 })], book)).toEqual({ wrk_1: 'the-one' });
  });

  it('finds the few nodes without GPUs for CPU-only work in a large book', () => {
    const book = many(5000, (name) => aNode(name).withGpus(1).build());
    book[77] = aNode('plain').build();
    expect(result([aRequest({ cpuMillis: 1 })], book)).toEqual({ wrk_1: 'plain' });
  });

  it('stays with, or away from, workers of the session that run already', () => {
    const book = [aNode('a').build(), aNode('b').build()];
    const peers = { wrk_9: 'a' };
    expect([
      result([aRequest({}, { near: ['wrk_9'], peers })], book),
      result([aRequest({}, { apart: ['wrk_9'], peers })], book),
      result([aRequest({}, { near: ['wrk_9'], peers: { wrk_9: 'gone' } })], book),
    ]).toEqual([{ wrk_1: 'a' }, { wrk_1: 'b' }, 'later: 2 nodes: 2 not the node of wrk_9']);
  });
});

describe('never', () => {
  const tooLarge = [aRequest({ cpuMillis: 9000 })];
  const book = [aNode('a').build(), aNode('b').draining().build(), aNode('c').down().build()];

  it('is what no known node could host, even empty', () => {
    expect(result(tooLarge, book)).toBe('never: 3 nodes: 3 lack 9 CPU (best has 8)');
  });

  it('is not said while a node that could host it is down, draining, full or has just refused', () => {
    const full = aNode().booked({ cpuMillis: 8000 }).build();
    const books = [aNode().down().build(), aNode().draining().build(), full].map((node) => [node]);
    const excluded = aRequest({ cpuMillis: 9 }, { excludeNodes: ['node-1'] });
    expect([
      ...books.map((each) => plan([aRequest({ cpuMillis: 8000 })], each).verdict),
      plan([excluded], [aNode().build()]).verdict,
    ]).toEqual(['later', 'later', 'later', 'later']);
  });

  it('is not said for what workloads of others have at the moment', () => {
    const taken = { cpuMillis: 7000, memoryBytes: 0, diskBytes: 0, ports: 0 };
    const crowded = aNode().withAmounts({ cpuMillis: 1000 }).with({ foreign: taken }).withGpus(1, { foreignSlots: 1 });
    expect([
      result([aRequest({ cpuMillis: 8000 })], [crowded.build()]),
      result([aRequest({ gpu: { count: 1 } })], [crowded.build()]),
      result([aRequest({ cpuMillis: 8001 })], [crowded.build()]),
    ]).toEqual([
      'later: 1 node: 1 lack 8 CPU (best has 1)',
      'later: 1 node: 1 lack 1 free GPU (best has 0)',
      'never: 1 node: 1 lack 8.001 CPU (best has 8)',
    ]);
  });

  it('is not said before the book is settled, nor of an empty one', () => {
    expect([result(tooLarge, book, { bookSettled: false }), result(tooLarge, [])]).toEqual([
      'later: 3 nodes: 1 down, 1 draining, 1 lack 9 CPU (best has 8)',
      'later: no nodes are known',
    ]);
  });

  it('is not said of what a new node of a growing pool might host', () => {
    const inPool = [aRequest({ cpuMillis: 9000, pool: 'big' })];
    expect([
      plan(tooLarge, book, { canGrowPools: true }).verdict,
      plan(tooLarge, book, { canGrowPools: ['big'] }).verdict,
      plan(inPool, book, { canGrowPools: ['big'] }).verdict,
      plan(inPool, book, { canGrowPools: ['small'] }).verdict,
    ]).toEqual(['later', 'later', 'later', 'never']);
  });

  it('is said of a gang when one member is never, and names it', () => {
    const gang = [aRequest({}, { key: 'a' }), aRequest({ gpu: { count: 1 } }, { key: 'b' })];
    expect(plan(gang, book)).toMatchObject({
      verdict: 'never',
      explanation: { request: 'b', summary: '3 nodes: 3 without a GPU' },
    });
  });

  it.each<[string, PlacementRequest[], string]>([
    [
      'members must be on one node and are too large together',
      [aRequest({ cpuMillis: 5000 }, { key: 'a' }), aRequest({ cpuMillis: 5000 }, { key: 'b', near: ['a'] })],
      'never: 3 nodes: 3 too small for those that must be on one node',
    ],
    [
      'more members must be apart than there are nodes',
      ['a', 'b', 'c', 'd'].map((key) => aRequest({}, { key, apart: ['a', 'b', 'c', 'd'] })),
      'never: 3 nodes: 3 too few for 4 that must be apart',
    ],
    [
      'it is larger than all nodes in sum',
      ['a', 'b', 'c', 'd'].map((key) => aRequest({ cpuMillis: 7000 }, { key })),
      'never: 3 nodes: 3 too small together for the whole gang',
    ],
    [
      'two members must be both near and apart',
      [aRequest({}, { key: 'a', near: ['b'] }), aRequest({}, { key: 'b', apart: ['a'] })],
      'never: 3 nodes: 3 cannot be both near and apart',
    ],
  ])('is said of a gang when %s', (_when, gang, expected) => {
    expect(result(gang, book)).toBe(expected);
  });
});

describe('placing a gang', () => {
  const gang = (...cpu: number[]) => cpu.map((cpuMillis, i) => aRequest({ cpuMillis }, { key: `w${i}` }));

  it('answers in the order of the requests', () => {
    const answer = plan(gang(100, 3000, 200), [aNode().build()]);
    expect(answer.verdict === 'now' && answer.placements.map(({ key }) => key)).toEqual(['w0', 'w1', 'w2']);
  });

  it('places all or none', () => {
    expect(
      result(gang(5000, 5000, 5000), [aNode('a').build(), aNode('b').build(), aNode('c').draining().build()]),
    ).toBe('later: 3 nodes: 2 do not fit beside the rest of the gang, 1 draining');
  });

  it('tries again in another order and packing when the first does not work out', () => {
    const book = [
      aNode('a').withAmounts({ cpuMillis: 6000 }).build(),
      aNode('b').withAmounts({ cpuMillis: 5000 }).build(),
    ];
    const answers = Array.from({ length: 50 }, (_, seed) => plan(gang(4000, 3000, 2000, 2000), book, { seed }).verdict);
    expect(new Set(answers)).toEqual(new Set(['now']));
  });

  it('keeps those together that ask for it, also by way of a third', () => {
    const book = many(9, (name) => aNode(name).withAmounts({ cpuMillis: 3000 }).build());
    const chain = [{ key: 'a' }, { key: 'b', near: ['a'] }, { key: 'c', near: ['b'] }];
    const placed = result(
      chain.map((rest) => aRequest({ cpuMillis: 1000 }, rest)),
      book,
    );
    expect(new Set(Object.values(placed)).size).toBe(1);
  });

  it('keeps those apart of whom one asks for it', () => {
    const book = [aNode('a').build(), aNode('b').build()];
    const requests = [aRequest({}, { key: 'x' }), aRequest({}, { key: 'y', apart: ['x'] })];
    const placed = Array.from({ length: 20 }, (_, seed) => Object.values(result(requests, book, { seed })).sort());
    expect(placed).toEqual(placed.map(() => ['a', 'b']));
  });
});
