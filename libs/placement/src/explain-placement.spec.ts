import { aNode, aRequest } from '@muster/testing';
import { describe, expect, it } from 'vitest';
import { explainPlacement } from './explain-placement.js';

describe('explaining a placement', () => {
  it('lists where it could go, best first, and why not elsewhere', () => {
    const book = [
      aNode('half').booked({ cpuMillis: 4000 }).build(),
      aNode('empty').build(),
      aNode('gone').down().build(),
    ];
    const report = explainPlacement(aRequest({ cpuMillis: 1000 }), book, { seed: 1 });
    expect({ ...report, candidates: report.candidates.map(({ nodeId }) => nodeId) }).toEqual({
      verdict: 'now',
      candidates: ['empty', 'half'],
      explanation: {
        summary: '3 nodes: 2 fit, 1 down',
        request: 'wrk_1',
        nodes: 3,
        fitting: 2,
        reasons: [{ filter: 'ready', count: 1, text: 'down', nodes: ['gone'] }],
      },
    });
  });

  it('says never where a plan would', () => {
    expect(explainPlacement(aRequest({ pool: 'none' }), [aNode().build()], { seed: 1 })).toMatchObject({
      verdict: 'never',
      candidates: [],
      explanation: { summary: '1 node: 1 not in pool none' },
    });
  });
});
