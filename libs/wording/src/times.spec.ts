import { describe, expect, it } from 'vitest';
import { bytes, cores, count } from './amounts.js';
import { ago, duration, expected } from './times.js';

describe('a length of time', () => {
  it.each([
    [0, '0 ms'],
    [-5, '0 ms'],
    [999, '999 ms'],
    [4234, '4.2 s'],
    [59_400, '59 s'],
    [180_000, '3 min'],
    [3_599_999, '1 h'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
    [86_399_999, '1 d'],
    [273_600_000, '3 d 4 h'],
  ])('of %i ms is %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});

describe('a time', () => {
  const nowMs = Date.parse('2026-01-31T12:00:00.000Z');

  it('is told by how long ago it was', () => {
    expect(ago('2026-01-31T11:57:00.000Z', nowMs)).toBe('3 min ago');
    expect(ago('2026-01-31T11:59:59.500Z', nowMs)).toBe('just now');
  });

  it('of a clock that is ahead was just now, and none is nothing', () => {
    expect([ago('2026-01-31T12:00:09.000Z', nowMs), ago(null, nowMs), ago(undefined, nowMs)]).toEqual([
      'just now',
      '',
      '',
    ]);
  });

  it('that is expected is said with its doubt', () => {
    expect([expected(null), expected(20), expected(4000)]).toEqual([
      'start not known yet',
      'starts any moment',
      'starts in about 4.0 s',
    ]);
  });
});

it('amounts are told in the units of people', () => {
  expect([512, 2048, 1_610_612_736, 100 * 2 ** 20].map(bytes)).toEqual(['512 B', '2 KiB', '1.5 GiB', '100 MiB']);
  expect([500, 16_000, 1250].map(cores)).toEqual(['0.5', '16', '1.25']);
  expect([count(1, 'node'), count(2, 'node'), count(0, 'entry', 'entries')]).toEqual([
    '1 node',
    '2 nodes',
    '0 entries',
  ]);
});
