import { describe, expect, it } from 'vitest';
import { lastWords } from './last-words.js';

describe('the last words of a worker', () => {
  it('are what its log lines say, and all other lines as they are', () => {
    const output = [
      '{"level":"info","time":"2026-01-31T12:00:00.000Z","role":"room","msg":"heating"}',
      '{"level":"error","error":"too hot","stack":"Error: too hot\\n    at heat","msg":"the action heat failed"}',
      '{"fuse":1}',
      '{ not JSON',
      'the heater is on fire',
      '',
    ].join('\n');
    expect(lastWords(output)).toBe(
      'heating\nthe action heat failed: too hot\n{"fuse":1}\n{ not JSON\nthe heater is on fire',
    );
  });

  it('are short enough for a reason', () => {
    expect(lastWords(`${'a'.repeat(5000)}b`)).toBe(`${'a'.repeat(1999)}b`);
  });
});
