import type { PotentialField } from '../../../../../workers/field-solver/src/solver.js';

/** Lines between the lowest and the highest potential, which are no lines themselves. */
export function levelsBetween({ low, high }: { low: number; high: number }, lines: number): number[] {
  return low === high
    ? []
    : Array.from({ length: lines }, (_, index) => low + ((index + 1) * (high - low)) / (lines + 1));
}

/** Pieces of lines, four numbers each: from x, y to x, y, all from 0 to 1 from the lower left. */
export type LinePieces = readonly number[];

/** Lines of equal potential by marching squares: every cell of four nodes is crossed by at most two straight pieces of each. */
export function equipotentials(field: PotentialField, levels: readonly number[]): LinePieces {
  const { columns, rows } = field;
  const pieces: number[] = [];
  for (let row = 0; row < rows - 1; row++)
    for (let column = 0; column < columns - 1; column++) crossCell(field, { column, row }, levels, pieces);
  return pieces;
}

interface Cell {
  column: number;
  row: number;
}

function crossCell(
  { columns, rows, volts }: PotentialField,
  cell: Cell,
  levels: readonly number[],
  pieces: number[],
): void {
  const at = cell.row * columns + cell.column;
  // Around the cell from its lower left corner, against the clock.
  const corners = [volts[at]!, volts[at + 1]!, volts[at + columns + 1]!, volts[at + columns]!] as const;
  const [low, high] = [Math.min(...corners), Math.max(...corners)];
  for (const level of levels) {
    if (level <= low || level > high) continue;
    const points = corners.flatMap((from, side) => crossingOf(side, from, corners[(side + 1) % 4]!, level));
    for (let index = 0; index + 3 < points.length; index += 4)
      pieces.push(
        (cell.column + points[index]!) / (columns - 1),
        (cell.row + points[index + 1]!) / (rows - 1),
        (cell.column + points[index + 2]!) / (columns - 1),
        (cell.row + points[index + 3]!) / (rows - 1),
      );
  }
}

/** Where a line crosses one side of a cell, as x and y within it; nothing when it does not. */
function crossingOf(side: number, from: number, to: number, level: number): [number, number] | [] {
  if (from < level === to < level) return [];
  const part = (level - from) / (to - from);
  if (side === 0) return [part, 0];
  if (side === 1) return [1, part];
  return side === 2 ? [1 - part, 1] : [0, 1 - part];
}
