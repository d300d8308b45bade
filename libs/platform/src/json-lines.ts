import { Readable } from 'node:stream';
import { MusterError } from '@muster/contracts';

/** Media type of NDJSON: one JSON value per line. */
export const jsonLinesType = 'application/x-ndjson';

/** Reads an NDJSON body value by value. Throws `upstream-unavailable` when it breaks off or a line is longer than allowed. */
export async function* readJsonLines<T>(
  body: AsyncIterable<Uint8Array> | null,
  maxLineBytes = 4 * 1024 * 1024,
): AsyncGenerator<T> {
  if (body === null) return;
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const chunk of body) {
      rest += decoder.decode(chunk, { stream: true });
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > maxLineBytes)
        throw new MusterError('upstream-unavailable', `a line of the stream is longer than ${maxLineBytes} bytes`);
      for (const line of lines) if (line !== '') yield JSON.parse(line) as T;
    }
  } catch (error) {
    if (error instanceof MusterError) throw error;
    throw new MusterError('upstream-unavailable', 'the stream broke off', { cause: error });
  }
}

/** An NDJSON body that is made as fast as its reader takes it; `values` is ended when the reader goes. */
export function toJsonLines(values: AsyncIterable<unknown>): Readable {
  const lines = async function* (): AsyncGenerator<string> {
    for await (const value of values) yield `${JSON.stringify(value)}\n`;
  };
  return Readable.from(lines(), { objectMode: true, highWaterMark: 1 });
}
