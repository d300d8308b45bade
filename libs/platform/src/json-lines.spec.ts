import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJsonLines, toJsonLines } from './json-lines.js';

async function* inPieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let index = 0; at < bytes.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

async function* from<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

describe('JSON lines', () => {
  it('arrive as they were sent, however the network cuts them', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue()), sizes, async (values, pieces) => {
        const sent = JSON.parse(JSON.stringify(values)) as unknown[];
        const bytes = Buffer.concat(
          await all(toJsonLines(from(sent)) as AsyncIterable<string>).then((lines) =>
            lines.map((line) => Buffer.from(line)),
          ),
        );
        expect(await all(readJsonLines(inPieces(bytes, pieces)))).toEqual(sent);
      }),
      { numRuns: 30 },
    );
  });

  it('break off with a problem when a line is longer than allowed, or is no JSON', async () => {
    const long = readJsonLines(inPieces(Buffer.from('x'.repeat(100)), [10]), 50);
    await expect(all(long)).rejects.toMatchObject({
      code: 'upstream-unavailable',
      detail: expect.stringContaining('50 bytes') as string,
    });
    const broken = readJsonLines(inPieces(Buffer.from('{"a":1}\n{"b"\n'), [5]));
    await expect(all(broken)).rejects.toMatchObject({ code: 'upstream-unavailable' });
  });

  it('of no body are none', async () => {
    expect(await all(readJsonLines(null))).toEqual([]);
  });
});
