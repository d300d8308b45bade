import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains, firstHit, type Shape } from './shapes.js';

const number = fc.double({ min: -3, max: 3, noNaN: true });
const size = fc.double({ min: 0.01, max: 2, noNaN: true });
const shapes: fc.Arbitrary<Shape> = fc.oneof(
  fc.record({ kind: fc.constant('rectangle' as const), x: number, y: number, width: size, height: size }),
  fc.record({ kind: fc.constant('circle' as const), x: number, y: number, radius: size }),
  fc.record({
    kind: fc.constant('ring' as const),
    x: number,
    y: number,
    innerRadius: size,
    outerRadius: size.map((part) => part + 2),
  }),
);
const point = fc.record({ x: number, y: number });

describe('the way from one point to another', () => {
  it('meets a shape where it first enters it, never before', () => {
    fc.assert(
      fc.property(shapes, point, point, (shape, from, to) => {
        const hit = firstHit(shape, from, to);
        const along = (part: number): boolean =>
          contains(shape, { x: from.x + part * (to.x - from.x), y: from.y + part * (to.y - from.y) });
        const samples = Array.from({ length: 200 }, (_, index) => index / 199);
        const before = samples.filter((part) => hit === undefined || part < hit - 1e-6);
        expect(before.some(along)).toBe(false);
      }),
    );
  });

  it('meets a plate that is much thinner than the way', () => {
    const plate: Shape = { kind: 'rectangle', x: 0.3, y: -1, width: 1e-9, height: 2 };
    expect(firstHit(plate, { x: 0, y: 0 }, { x: 1, y: 0 })).toBeCloseTo(0.3, 12);
  });

  it('meets a shield from inside at its inner radius', () => {
    const shield: Shape = { kind: 'ring', x: 0, y: 0, innerRadius: 1, outerRadius: 2 };
    expect(firstHit(shield, { x: 0, y: 0 }, { x: 2, y: 0 })).toBeCloseTo(0.5, 12);
    expect(firstHit(shield, { x: 4, y: 0 }, { x: 0, y: 0 })).toBeCloseTo(0.5, 12);
    expect(firstHit(shield, { x: 0, y: 0 }, { x: 0.5, y: 0 })).toBeUndefined();
  });
});
