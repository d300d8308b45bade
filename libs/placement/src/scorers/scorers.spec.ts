import { aNode, aRequest } from '@muster/testing';
import { describe, expect, it } from 'vitest';
import type { BookedNode } from '../booked-node.js';
import type { PlacementPolicy, PlacementRequest } from '../placement-request.js';
import { planPlacement } from '../plan-placement.js';

const share = { sharing: 'mps', slots: 4 } as const;

/** Node ids, the best first: where it goes, where it goes without that node, and so on. */
function order(request: PlacementRequest, book: BookedNode[], policy: Partial<PlacementPolicy> = {}): string[] {
  const plan = planPlacement([request], book, { seed: 1, bestFew: 1, ...policy });
  if (plan.verdict !== 'now') return [];
  const ids = plan.placements.map(({ nodeId }) => nodeId);
  const others = book.filter(({ node }) => !ids.includes(node.id));
  return [...ids, ...order(request, others, policy)];
}

describe('among the nodes that fit', () => {
  const empty = aNode('empty').build();
  const half = aNode('half').booked({ cpuMillis: 4000 }).build();

  it('work is spread over nodes without GPUs', () => {
    expect(order(aRequest({ cpuMillis: 100 }), [half, empty])).toEqual(['empty', 'half']);
  });

  it('work that books nothing goes where fewest run', () => {
    expect(order(aRequest(), [aNode('one').booked({}).build(), empty])).toEqual(['empty', 'one']);
  });

  it('GPU work is packed', () => {
    const used = aNode('used')
      .withGpus(2, share)
      .booked({}, [{ deviceId: 'gpu-0', slots: 2, memoryBytes: 0, exclusive: false }])
      .build();
    expect(order(aRequest({ gpu: { share: 0.25 } }), [aNode('fresh').withGpus(2, share).build(), used])).toEqual([
      'used',
      'fresh',
    ]);
  });

  it('the policy can ask for packing everywhere', () => {
    expect(order(aRequest({ cpuMillis: 100 }), [empty, half], { packing: 'bin-pack' })).toEqual(['half', 'empty']);
  });

  it('CPU-only work avoids nodes with GPUs, however empty', () => {
    expect(order(aRequest({ cpuMillis: 100 }), [aNode('gpu').withGpus(1).build(), half])).toEqual(['half', 'gpu']);
  });

  it('an optional GPU draws to a node that has it free', () => {
    const busy = aNode('busy')
      .withGpus(1)
      .booked({}, [{ deviceId: 'gpu-0', slots: 1, memoryBytes: 0, exclusive: true }]);
    const request = aRequest({ gpu: { count: 1, optional: true } });
    expect(order(request, [empty, busy.build(), aNode('free').withGpus(1).build()])[0]).toBe('free');
  });

  it('the one that has the image comes first', () => {
    const nodes = [aNode('pull').onBackend('docker').build(), aNode('ready').onBackend('docker', 's:1').build()];
    expect(order(aRequest({}, { images: { linux: 's:1' } }), nodes)).toEqual(['ready', 'pull']);
  });

  it('the one with more preferred labels comes first', () => {
    const nodes = [
      aNode('none').build(),
      aNode('one').labelled({ zone: 'a' }).build(),
      aNode('both').labelled({ zone: 'a', disk: 'ssd' }).build(),
    ];
    expect(order(aRequest({ prefers: { zone: 'a', disk: 'ssd' } }), nodes)).toEqual(['both', 'one', 'none']);
  });

  it('the one where this worker type failed lately comes last', () => {
    const bad = aNode('bad').withRecentFailures({ solver: 2 }).build();
    const otherwise = aNode('otherwise').withRecentFailures({ model: 9 }).build();
    expect(order(aRequest(), [bad, otherwise, half])).toEqual(['otherwise', 'half', 'bad']);
  });
});
