import type { BinaryFrame } from '@muster/contracts/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBinary, decodeBinaryHead, encodeBinary, FrameMemberTooLong, withBinaryClient } from './binary-frame.js';

const name = (minLength: number) =>
  fc
    .string({ minLength, maxLength: 60, unit: 'grapheme' })
    .filter((text) => new TextEncoder().encode(text).length < 256);
const frames: fc.Arbitrary<BinaryFrame> = fc
  .record({
    role: name(1),
    topic: name(0),
    incarnation: fc.integer({ min: 1, max: 0xffff_ffff }),
    seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    payload: fc.uint8Array({ maxLength: 200 }),
    id: fc.option(name(1), { nil: undefined }),
    client: fc.option(name(1), { nil: undefined }),
  })
  .map(({ id, client, ...rest }) => ({ kind: 'binary', ...rest, ...(id && { id }), ...(client && { client }) }));

describe('a binary frame', () => {
  it('comes out of the wire as it went in', () => {
    fc.assert(
      fc.property(frames, (frame) => {
        expect(decodeBinary(encodeBinary(frame))).toEqual({ ok: true, frame });
      }),
    );
  });

  it('keeps its payload where a typed array can be laid over it, without a copy', () => {
    const payload = new Uint8Array(new Float64Array([1.5, -2.5]).buffer);
    const bytes = encodeBinary({ kind: 'binary', role: 'solver', incarnation: 1, seq: 1, topic: 'field', payload });
    const decoded = decodeBinary(bytes);
    if (!decoded.ok) expect.fail(decoded.reason);
    expect(decoded.frame.payload.buffer).toBe(bytes.buffer);
    expect([...new Float64Array(bytes.buffer, decoded.frame.payload.byteOffset, 2)]).toEqual([1.5, -2.5]);
  });

  it('is answered with a reason, never an exception, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(decodeBinary(bytes)).toHaveProperty('ok');
      }),
    );
  });

  it('is refused or still a frame after any one byte was changed', () => {
    fc.assert(
      fc.property(frames, fc.nat(), fc.integer({ min: 1, max: 255 }), (frame, at, change) => {
        const bytes = encodeBinary(frame);
        bytes[at % bytes.length]! ^= change;
        const result = decodeBinary(bytes);
        if (result.ok) expect(result.frame.incarnation).toBeGreaterThan(0);
      }),
    );
  });

  it('is the same frame after a relay added the client', () => {
    fc.assert(
      fc.property(frames, (frame) => {
        const result = decodeBinary(withBinaryClient(encodeBinary(frame), 'client-7'));
        expect(result).toEqual({ ok: true, frame: { ...frame, client: 'client-7' } });
      }),
    );
  });

  it('shows its head without its payload', () => {
    const bytes = encodeBinary({
      kind: 'binary',
      role: 'a',
      incarnation: 2,
      seq: 3,
      topic: 't',
      id: 'r1',
      payload: new Uint8Array(9),
    });
    expect(decodeBinaryHead(bytes)).toEqual({
      ok: true,
      frame: { kind: 'binary', role: 'a', incarnation: 2, seq: 3, topic: 't', id: 'r1' },
    });
  });

  it('refuses a name of more than 255 bytes', () => {
    const frame: BinaryFrame = {
      kind: 'binary',
      role: 'a',
      incarnation: 1,
      seq: 1,
      topic: 'x'.repeat(256),
      payload: new Uint8Array(),
    };
    expect(() => encodeBinary(frame)).toThrow(FrameMemberTooLong);
  });
});
