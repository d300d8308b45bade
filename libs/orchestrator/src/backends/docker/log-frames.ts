import type { Readable } from 'node:stream';
import type { LogLine } from '../../contract/logs.js';

/** A piece of one stream, as the engine cut it. */
export interface Frame {
  readonly stream: LogLine['stream'];
  readonly bytes: Buffer;
}

const headerBytes = 8;

/** Frames of the engine's multiplexed stream: a byte for the stream, three of nothing, four for the length, the bytes. */
export async function* readFrames(stream: Readable): AsyncGenerator<Frame> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (rest.length - at >= headerBytes) {
      const end = at + headerBytes + rest.readUInt32BE(at + 4);
      if (rest.length < end) break;
      yield { stream: rest[at] === 2 ? 'stderr' : 'stdout', bytes: rest.subarray(at + headerBytes, end) };
      at = end;
    }
    rest = rest.subarray(at);
  }
}
