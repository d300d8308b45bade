import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeText } from './encode-frame.js';
import { clientAtEnd, forwardable, withClient } from './forwardable.js';
import { parseFrame, type TextFrame } from './parse-frame.js';

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
const head = {
  role: word,
  incarnation: fc.integer({ min: 1, max: 0xffff_ffff }),
  seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
};
const id = fc.string({ minLength: 1, maxLength: 40 });
const body = fc.jsonValue();
const dataFrames: fc.Arbitrary<TextFrame> = fc.oneof(
  fc.record({ kind: fc.constant('req' as const), ...head, id, action: word, body }),
  fc.record({ kind: fc.constant('cancel' as const), ...head, id }),
  fc.record({ kind: fc.constant('res' as const), ...head, id, body }),
  fc.record({ kind: fc.constant('push' as const), ...head, topic: word, body }),
);
const asJson = (frame: unknown): unknown => JSON.parse(JSON.stringify(frame));

describe('a text frame', () => {
  it('comes out of the wire as it went in', () => {
    fc.assert(
      fc.property(dataFrames, (frame) => {
        expect(parseFrame(encodeText(frame))).toEqual({ ok: true, frame: asJson(frame) });
      }),
    );
  });

  it('is answered with a reason, never an exception, whatever the text is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseFrame(text)).toHaveProperty('ok');
      }),
    );
  });

  it.each([
    ['[]', 'not a JSON object'],
    ['{"kind":"toString"}', 'unknown kind'],
    [
      '{"kind":"req","role":"","incarnation":1,"seq":1,"id":"a","action":"b"}',
      'req: role must be text of 1 to 63 characters',
    ],
    [
      '{"kind":"req","role":"a","incarnation":0,"seq":1,"id":"a","action":"b"}',
      'req: incarnation must be an integer from 1 to 4294967295',
    ],
    [
      '{"kind":"req","role":"a","incarnation":1,"seq":1.5,"id":"a","action":"b"}',
      'req: seq must be an integer from 1 to 9007199254740991',
    ],
    ['{"kind":"gap","role":"a","incarnation":1,"firstSeq":3,"lastSeq":2}', 'gap: ends before it begins'],
    [
      '{"kind":"hello","clientId":"c","streams":[{"role":"a"}]}',
      'hello: streams has a wrong entry: incarnation must be an integer from 1 to 4294967295',
    ],
  ])('%s is refused: %s', (text, reason) => {
    expect(parseFrame(text)).toEqual({ ok: false, reason });
  });
});

describe('a frame that a relay passes on', () => {
  it('shows the same head as a full parse', () => {
    fc.assert(
      fc.property(dataFrames, (frame) => {
        const { kind, role, incarnation, seq, id } = frame as unknown as Record<string, unknown>;
        expect(forwardable(encodeText(frame))).toEqual({ ok: true, head: { kind, role, incarnation, seq, id } });
      }),
    );
  });

  it('shows the same head when its members come in another order', () => {
    const result = forwardable('{"body":{"seq":9},"seq":2,"kind":"push","topic":"t","role":"a","incarnation":1} ');
    expect(result).toEqual({ ok: true, head: { kind: 'push', role: 'a', incarnation: 1, seq: 2 } });
  });

  it('keeps its meaning and gets the client that the relay knows, whatever client it claims', () => {
    fc.assert(
      fc.property(dataFrames, word, (frame, claimed) => {
        const forged = JSON.stringify({ ...frame, client: claimed });
        const forwarded = withClient(forged, 'real');
        expect(parseFrame(forwarded)).toEqual({ ok: true, frame: { ...(asJson(frame) as object), client: 'real' } });
        expect(clientAtEnd(forwarded)).toBe('real');
      }),
    );
  });

  it('cannot be made to name another client by text that is not JSON', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '"',
      ',',
      ':',
      '\\',
      '"client":"other"',
      '"a":1',
      '[',
      ']',
      '"kind":"req"',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const forwarded = withClient(`${parts.join('')}}`, 'real');
        let client: unknown = 'real';
        try {
          client = (JSON.parse(forwarded) as { client?: unknown }).client;
        } catch {
          // Not JSON: the receiver refuses it, nobody is impersonated.
        }
        expect(client).toBe('real');
      }),
      { numRuns: 2000 },
    );
  });
});
