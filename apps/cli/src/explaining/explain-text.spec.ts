import { expect, it } from 'vitest';
import { Paint } from '../output/paint.js';
import { explainText } from './explain-text.js';

const paint = new Paint(false);
const reason = { filter: 'memory', count: 7, text: 'lack memory', nodes: ['a', 'b'] };
const placement = {
  role: 'solver',
  node: 'nod_1',
  nodeName: 'vm',
  score: 0.8,
  parts: { spread: 0.9, labels: -0.1, near: 0 },
};

it('says where each role would go, what spoke for it, and why not elsewhere', () => {
  const placements = [{ ...placement, summary: '8 nodes', reasons: [reason] }];
  expect(explainText({ type: 'lab', mandatory: { verdict: 'now', placements }, others: {} }, paint)).toBe(
    'lab fits now\n\nROLE     NODE   SCORE   BECAUSE OF\nsolver   vm      0.80   spread +0.90, labels -0.10\n\nNot for solver:\n  7 nodes lack memory (a, b and 5 more)\n',
  );
});

it('says which role has no place, and whether waiting helps', () => {
  const refusal = { placements: [], role: 'solver', summary: '7 nodes: 7 lack memory', reasons: [reason] };
  const text = (verdict: 'later' | 'never'): string =>
    explainText({ type: 'lab', mandatory: { ...refusal, verdict }, others: {} }, paint);
  expect(text('later')).toBe(
    'lab does not fit now; it would wait until something is free\n\nNo place for solver: 7 nodes: 7 lack memory\n  7 nodes lack memory (a, b and 5 more)\n',
  );
  expect(text('never')).toMatch(/^lab fits on no node, however long it waits\n/);
});

it('says that a session runs without a role that it does not need', () => {
  const others = { plot: { verdict: 'later' as const, placements: [], summary: 'no GPU is free' } };
  expect(explainText({ type: 'lab', mandatory: { verdict: 'now', placements: [] }, others }, paint)).toBe(
    'lab fits now\n\nThe session runs without plot, which does not fit now; it would wait until something is free.\nNo place for plot: no GPU is free\n',
  );
});
