import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jittered, newId, systemRandom } from './random.js';

it('moves a time by at most a quarter, both ways', () => {
  const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), unit, (ms, drawn) => {
      const moved = jittered(ms, { next: () => drawn, secret: () => '' });
      expect(moved).toBeGreaterThanOrEqual(ms * 0.75);
      expect(moved).toBeLessThanOrEqual(ms * 1.25);
    }),
  );
});

it('makes ids that say their kind, can be host names, and are never the same', () => {
  const ids = Array.from({ length: 1000 }, () => newId('ses_', systemRandom));
  expect(ids.every((id) => /^ses_[0-9a-f]{24}$/.test(id))).toBe(true);
  expect(new Set(ids).size).toBe(1000);
});
