import { StringDecoder } from 'node:string_decoder';

const longestLine = 16 * 1024 ** 2;

/** The JSON values of a stream, one per line. What is no JSON, or too long, breaks it off with an error. */
export async function* jsonLines(stream: AsyncIterable<Buffer>): AsyncGenerator<unknown> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const piece of stream) {
    rest += decoder.write(piece);
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) throw new SyntaxError('a line of the stream is too long');
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line);
  }
}
