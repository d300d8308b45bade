import { Readable } from 'node:stream';

/**
 * NDJSON of values that come when they come: made as fast as the reader takes them; when the reader goes, the signal aborts,
 * also while the next value is still waited for.
 */
export function jsonLinesUntilClosed(values: (signal: AbortSignal) => AsyncIterable<unknown>): Readable {
  const closed = new AbortController();
  const iterator = values(closed.signal)[Symbol.asyncIterator]();
  return new Readable({
    read() {
      iterator.next().then(
        ({ done, value }) => this.push(done === true ? null : `${JSON.stringify(value)}\n`),
        (error: Error) => this.destroy(error),
      );
    },
    destroy(error, done) {
      closed.abort();
      // One that waits ends by the signal; one whose last value nobody took would stay for ever.
      void iterator.return?.().catch(() => undefined);
      done(error);
    },
  });
}
