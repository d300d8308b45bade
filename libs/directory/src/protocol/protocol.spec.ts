import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { jsonLinesUntilClosed } from './json-lines-until-closed.js';

describe('a stream of JSON lines', () => {
  it('gives each value as it comes', async () => {
    const stream = jsonLinesUntilClosed(async function* () {
      yield { a: 1 };
      yield { b: 2 };
    });
    expect((await stream.setEncoding('utf8').toArray()).join('')).toBe('{"a":1}\n{"b":2}\n');
  });

  it('lets go of its source when a reader goes that had stalled', async () => {
    let letGo: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => (letGo = resolve));
    const stream = jsonLinesUntilClosed(async function* () {
      try {
        for (;;) yield { text: 'x'.repeat(10_000) };
      } finally {
        letGo();
      }
    });
    await once(stream, 'readable');
    await setImmediate();
    stream.destroy();
    await gone;
    expect(stream.destroyed).toBe(true);
  });

  it('lets go of its source when the reader goes, though no value has come', async () => {
    let aborted: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => (aborted = resolve));
    const stream = jsonLinesUntilClosed(async function* (signal) {
      yield { synced: true };
      await once(signal, 'abort');
      aborted();
    });
    await once(stream, 'readable');
    stream.read();
    stream.destroy();
    await gone;
    expect(stream.destroyed).toBe(true);
  });
});
