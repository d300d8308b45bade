import { describe, expect, it } from 'vitest';
import { IntegerField, NestedField, NestedMapField, TextField } from './fields.js';
import { problemsOf } from './member-problems.js';

class Inner {
  @IntegerField({ max: 10 }) count: number;
}
class Outer {
  @TextField() name: string;
  @NestedField(() => Inner, { optional: true }) inner?: Inner;
  @NestedMapField(() => Inner, { optional: true }) all?: Record<string, Inner>;
}

describe('a DTO checked against its class', () => {
  it('accepts what fits', () => {
    expect(problemsOf(Outer, { name: 'a', inner: { count: 3 }, all: { x: { count: 1 } } })).toEqual([]);
  });

  it('names the unknown member, the missing one and the one out of range', () => {
    expect(problemsOf(Outer, { nam: 'a', inner: { count: 11 } })).toEqual([
      { member: 'nam', reason: 'is not a known member' },
      { member: 'name', reason: expect.stringContaining('must be') },
      { member: 'inner.count', reason: 'must not be greater than 10' },
    ]);
  });

  it('names the entry of a map that is wrong', () => {
    expect(problemsOf(Outer, { name: 'a', all: { x: { count: 'no' } } })).toEqual([
      { member: 'all', reason: expect.stringContaining('.x.count') },
    ]);
  });

  it('refuses null for an optional member', () => {
    expect(problemsOf(Outer, { name: 'a', inner: null })).toHaveLength(1);
  });
});
