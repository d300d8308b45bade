import { aNode, aRequest } from '@muster/testing';
import { describe, expect, it } from 'vitest';
import { explainPlacement } from './explain-placement.js';

describe('explaining a placement', () => {
  it('counts the nodes that would do, and says why the others would not', () => {
    const book = [
      aNode('half').booked({ cpuMillis: 4000 }).build(),
      aNode('empty').build(),
      aNode('gone').down().build(),
    ];
    expect(explainPlacement(aRequest({ cpuMillis: 1000 }), book)).toEqual({
      summary: '3 nodes: 2 fit, 1 down',
      request: 'wrk_1',
      nodes: 3,
      fitting: 2,
      reasons: [{ filter: 'ready', count: 1, text: 'down', nodes: ['gone'] }],
    });
  });

  it('keeps near and apart to where its companions are', () => {
    const book = [aNode('one').build(), aNode('two').build()];
    const request = aRequest({}, { apart: ['viewer'], peers: { viewer: 'one' } });
    expect(explainPlacement(request, book)).toMatchObject({ fitting: 1, reasons: [{ count: 1, nodes: ['one'] }] });
  });
});
