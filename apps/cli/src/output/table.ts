import { type Paint, widthOf } from './paint.js';

export interface Column<Row> {
  title: string;
  /** One line; it may be painted. */
  cell(row: Row): string;
  /** Numbers stand under one another by their end. */
  align?: 'left' | 'right';
}

const gap = '   ';

/** Aligned columns under their titles; a column that is empty in every row is left out. Ends with a line break. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], paint: Paint): string {
  const filled = columns
    .map((column) => ({ ...column, cells: rows.map((row) => column.cell(row)) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
  const widths = filled.map(({ title, cells }) => Math.max(widthOf(title), ...cells.map(widthOf)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => padded(cell, widths[index] ?? 0, filled[index]?.align))
      .join(gap)
      .trimEnd();
  const head = line(filled.map(({ title }) => title.toUpperCase()));
  const body = rows.map((_, row) => line(filled.map(({ cells }) => cells[row] ?? '')));
  return `${[paint.quiet(head), ...body].join('\n')}\n`;
}

function padded(cell: string, width: number, align: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(cell)));
  return align === 'left' ? cell + space : space + cell;
}

/** Names and values, one pair a line; a pair without a value is left out. Ends with a line break. */
export function facts(pairs: readonly (readonly [name: string, value: string | undefined])[], paint: Paint): string {
  const known = pairs.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(0, ...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${paint.quiet(name.padEnd(width))}${gap}${value ?? ''}\n`).join('');
}
