import { describe, expect, it } from 'vitest';
import type { JsonDataFrame } from '@muster/contracts/wire';
import { RoleStream } from './role-stream.js';

describe("the client's end of a stream", () => {
  it('does not take for lost what the worker repeats: frames that came before it are taken then', () => {
    const pushed: unknown[] = [];
    const lost: unknown[] = [];
    const stream = new RoleStream('solver', {
      timers: { after: () => () => undefined, random: () => 0 },
      windowBytes: 1000,
      bufferBytes: 1000,
      maxFrameBytes: () => 1000,
      send: () => true,
      pushed: ({ body }) => pushed.push(body),
      binary: () => undefined,
      lost: (gap) => lost.push(gap),
    });
    const push = (seq: number): JsonDataFrame =>
      ({ kind: 'push', role: 'solver', incarnation: 1, seq, topic: 'n', body: seq }) as const;
    stream.begin(1, 'worker-restarted');
    stream.take(push(1), 10);
    // The second was lost with the client's old connection; the third and a gap were under way when it came back.
    stream.take(push(3), 10);
    stream.skip({ kind: 'gap', role: 'solver', incarnation: 1, firstSeq: 4, lastSeq: 5 });
    stream.take(push(2), 10);
    stream.take(push(3), 10);
    stream.skip({ kind: 'gap', role: 'solver', incarnation: 1, firstSeq: 4, lastSeq: 5 });
    stream.take(push(6), 10);
    expect([pushed, lost]).toEqual([[1, 2, 3, 6], [{ role: 'solver', firstSeq: 4, lastSeq: 5 }]]);
  });
});
