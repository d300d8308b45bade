import type { IncomingMessage } from 'node:http';
import { parseStrictly } from '@muster/engine-guard';
import { Refused } from './refusals.js';

/** Refuses what could be read in two ways: an encoded body, or one whose length is told in an unusual way. */
export function requirePlain({ headers }: IncomingMessage): void {
  const { 'transfer-encoding': transfer = 'chunked', 'content-encoding': content = 'identity' } = headers;
  if (transfer.toLowerCase() !== 'chunked') throw new Refused(400, ['Transfer-Encoding can only be chunked']);
  if (content.toLowerCase() !== 'identity') throw new Refused(415, ['Content-Encoding is not allowed']);
}

/** The bytes of a body up to a bound; the rest of a larger one is not read. */
export async function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Refused(413, [`the body has more than ${maxBytes} bytes`]);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function parseBody(bytes: Buffer, contentType: string | undefined): unknown {
  if (!/^application\/json\s*(;\s*charset=utf-8\s*)?$/i.test(contentType ?? ''))
    throw new Refused(415, ['the body must be application/json']);
  const parsed = parseStrictly(textOf(bytes));
  if ('reason' in parsed) throw new Refused(400, [parsed.reason]);
  return parsed.value;
}

function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refused(400, ['the body is not UTF-8']);
  }
}
