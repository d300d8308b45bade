import { describe, expect, it } from 'vitest';
import { parseStrictly } from './strict-json.js';

describe('a body', () => {
  it.each([
    ['{"a":1,"b":{"a":2}}', { a: 1, b: { a: 2 } }],
    ['[{"a":1},{"a":1}]', [{ a: 1 }, { a: 1 }]],
    ['{"a":"}{\\":,"}', { a: '}{":,' }],
    ['"\\ud83d\\ude00"', '😀'],
  ])('is read: %s', (text, value) => {
    expect(parseStrictly(text)).toEqual({ value });
  });

  it.each([
    ['{"a":1,"a":2}', 'the member "a" is written twice'],
    ['{"a":1,"\\u0061":2}', 'the member "a" is written twice'],
    ['{"x":[{"b":1,"b":1}]}', 'the member "b" is written twice'],
    ['{"a":"\\ud800"}', 'the JSON has a text that is not valid Unicode'],
    ['{"\\ud800":1}', 'the JSON has a text that is not valid Unicode'],
    ['{"a":9007199254740993}', 'the JSON has a number that is not a whole number, or too large'],
    ['{"a":1e400}', 'the JSON has a number that is not a whole number, or too large'],
    ['{"a":0.5}', 'the JSON has a number that is not a whole number, or too large'],
    ['{"a":1} {"a":2}', 'the body is not JSON'],
    ['\ufeff{}', 'the body is not JSON'],
    ['{a:1}', 'the body is not JSON'],
    ['', 'the body is not JSON'],
    ['['.repeat(100_000), 'the JSON is nested deeper than 32 levels'],
  ])('is refused: %s', (text, reason) => {
    expect(parseStrictly(text)).toEqual({ reason });
  });

  it('of a long text is no trouble', () => {
    const text = 'x\\n'.repeat(300_000);
    expect(parseStrictly(`{"a":"${text}"}`)).toEqual({ value: { a: 'x\n'.repeat(300_000) } });
    expect(parseStrictly(`{"a":"${text}`)).toEqual({ reason: 'the body is not JSON' });
  });
});
