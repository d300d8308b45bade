import type { FieldFrame } from '../../field-solver/src/field-frame.js';

/** In volts. */
export interface Range {
  low: number;
  high: number;
}

export function rangeOf(volts: Float32Array): Range {
  let [low, high] = [Infinity, -Infinity];
  for (const each of volts) {
    low = Math.min(low, each);
    high = Math.max(high, each);
  }
  return { low, high };
}

/** The potential at a place: bilinear between nodes; x and y from 0 to 1, from the lower left. */
export function voltsAt({ columns, rows, volts }: FieldFrame, x: number, y: number): number {
  const [placeX, placeY] = [Math.min(1, Math.max(0, x)) * (columns - 1), Math.min(1, Math.max(0, y)) * (rows - 1)];
  const [column, row] = [Math.min(columns - 2, Math.floor(placeX)), Math.min(rows - 2, Math.floor(placeY))];
  const [partX, partY] = [placeX - column, placeY - row];
  const at = row * columns + column;
  const below = volts[at]! * (1 - partX) + volts[at + 1]! * partX;
  const above = volts[at + columns]! * (1 - partX) + volts[at + columns + 1]! * partX;
  return below * (1 - partY) + above * partY;
}

/**
 * Marks of a scale, from its lower end to its upper one. Rounded to a thousandth of the range too: a zero that the solver missed by
 * little is a zero.
 */
export function scaleLabels({ low, high }: Range): string[] {
  const grain = (high - low) / 1000;
  const rounded = (volts: number): number => (grain === 0 ? volts : Math.round(volts / grain) * grain);
  return [0, 0.25, 0.5, 0.75, 1].map((part) => `${Number(rounded(low + part * (high - low)).toPrecision(3))} V`);
}
