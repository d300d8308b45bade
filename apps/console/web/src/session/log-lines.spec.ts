import { describe, expect, it } from 'vitest';
import { maxLogLines, withLines } from './log-lines.js';

const line = (text: string) => ({ stream: 'stdout' as const, text });

describe('the lines of a log', () => {
  it('keep their numbers while older ones go', () => {
    const many = withLines(
      [],
      Array.from({ length: maxLogLines }, (_, index) => line(`line ${index + 1}`)),
    );
    const more = withLines(many, [line('one more')]);
    expect(more).toHaveLength(maxLogLines);
    expect(more[0]).toEqual({ ...line('line 2'), number: 2 });
    expect(more.at(-1)).toEqual({ ...line('one more'), number: maxLogLines + 1 });
  });
});
