import { describe, expect, it } from 'vitest';
import { equipotentials, levelsBetween } from './equipotentials.js';

/** Four columns and three rows whose volts rise to the right: 0, 1, 2, 3. */
const slope = { columns: 4, rows: 3, volts: Float32Array.from({ length: 12 }, (_, index) => index % 4) };

describe('lines of equal potential', () => {
  it('lie between the ends of the range, at equal distances', () => {
    expect(levelsBetween({ low: -1, high: 3 }, 3)).toEqual([0, 1, 2]);
    expect(levelsBetween({ low: 2, high: 2 }, 3)).toEqual([]);
  });

  it('stand where the potential has their value', () => {
    const pieces = equipotentials(slope, [1.5]);
    expect(pieces).toEqual([0.5, 0, 0.5, 0.5, 0.5, 0.5, 0.5, 1]);
  });

  it('run once along nodes that have exactly their value', () => {
    const pieces = equipotentials(slope, [1]);
    expect(pieces).toHaveLength(8);
    expect(pieces.filter((_, index) => index % 2 === 0)).toEqual(Array(4).fill(expect.closeTo(1 / 3)));
  });

  it('cross a saddle twice', () => {
    const saddle = { columns: 2, rows: 2, volts: Float32Array.from([1, 0, 0, 1]) };
    expect(equipotentials(saddle, [0.5])).toHaveLength(8);
  });

  it('are nowhere where nothing changes', () => {
    expect(equipotentials({ columns: 2, rows: 2, volts: new Float32Array(4) }, [0.5, 0])).toEqual([]);
  });
});
