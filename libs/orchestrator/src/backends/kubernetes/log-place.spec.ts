import { describe, expect, it } from 'vitest';
import { LogPlace } from './log-place.js';

const at = (nanos: number): string => `2026-01-02T03:04:${(5 + nanos / 1e9).toFixed(9).padStart(12, '0')}Z`;
const stamped = (...times: [number, string][]): string[] => times.map(([nanos, text]) => `${at(nanos)} ${text}`);

function readings(...pieces: string[][]): (string | undefined)[] {
  const place = new LogPlace();
  return pieces.flatMap((lines) => {
    place.since();
    return lines.map((line) => place.take(line)).filter((text) => text !== undefined);
  });
}

describe('the place in the output of a pod', () => {
  it('goes on after what was read, from the second before it', () => {
    const place = new LogPlace();
    expect(place.since()).toBeUndefined();
    place.take(`${at(1.5e9)} one`);
    expect(place.since()).toBe('2026-01-02T03:04:05.000Z');
  });

  it('says every line once, however much of them another reading shows again', () => {
    const lines = stamped([1e6, 'one'], [2e6, 'two'], [2e6, 'two again'], [3e9, 'three']);
    expect(readings(lines.slice(0, 2), lines.slice(1, 3), lines)).toEqual(['one', 'two', 'two again', 'three']);
  });

  it('leaves out no line whose time is before that of the line before it', () => {
    const lines = stamped([2e6, 'out'], [1e6, 'error']);
    expect(readings(lines, lines)).toEqual(['out', 'error']);
  });

  it('takes what has no time for the rest of a long line', () => {
    const long = [...stamped([1e6, 'begins']), 'goes on'];
    expect(readings(long, long)).toEqual(['begins', 'goes on']);
  });
});
