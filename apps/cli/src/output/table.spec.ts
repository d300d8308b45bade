import { describe, expect, it } from 'vitest';
import { harmless, oneLine, Paint, widthOf } from './paint.js';
import { type Column, facts, table } from './table.js';

const plain = new Paint(false);
const coloured = new Paint(true);
interface Row {
  name: string;
  size?: number;
}
const columns: readonly Column<Row>[] = [
  { title: 'name', cell: ({ name }) => name },
  { title: 'note', cell: () => '' },
  { title: 'size', cell: ({ size }) => String(size ?? ''), align: 'right' },
];
const rows = [
  { name: 'a', size: 1 },
  { name: 'longer', size: 1000 },
];

describe('a table', () => {
  it('aligns its columns, numbers by their end, and leaves out a column that is empty', () => {
    expect(table(columns, rows, plain)).toBe('NAME     SIZE\na           1\nlonger   1000\n');
  });

  it('is aligned the same with colours, which take no room', () => {
    const painted: readonly Column<Row>[] = [
      { title: 'name', cell: ({ name }) => coloured.state(name) },
      ...columns.slice(2),
    ];
    const states = rows.map((row) => ({ ...row, name: row.name === 'a' ? 'failed' : 'running' }));
    const text = table(painted, states, coloured);
    expect(text).toContain('\u001B[31mfailed\u001B[39m');
    expect(text.split('\n').map(widthOf)).toEqual([14, 14, 14, 0]);
  });

  it('of names and values leaves out what has no value', () => {
    const pairs = [
      ['id', 'ses_1'],
      ['project', undefined],
      ['state', 'running'],
    ] as const;
    expect(facts(pairs, plain)).toBe('id      ses_1\nstate   running\n');
  });
});

describe('a text of somebody else', () => {
  it('cannot move the cursor, change colours or ring the bell', () => {
    expect(harmless('a\u001B[2J\u001B[31mb\u0007\r\n\tc')).toBe('ab\n\tc');
  });

  it('stays on its line in a table', () => {
    expect(oneLine(' first\nsecond\t third\u001B]0;title\u0007 ')).toBe('first second third');
  });
});

it('colours say how a state is, and nothing without colours', () => {
  expect(plain.state('failed')).toBe('failed');
  const codes = ['running', 'failed', 'degraded', 'closed', 'starting'].map((state) =>
    coloured.state(state).slice(2, 4),
  );
  expect(codes).toEqual(['32', '31', '33', '2m', '36']);
});
