import type { BinaryFrame } from '@muster/contracts/wire';

/**
 * A binary frame on the wire, all numbers big-endian:
 *
 * | offset | bytes | member |
 * | --- | --- | --- |
 * | 0 | 1 | version, 1 |
 * | 1 | 1 | kind: 1 = a message (`topic`), 2 = the answer to request `id` |
 * | 2 | 2 | offset of the payload: the header's length, a multiple of 8 |
 * | 4 | 4 | incarnation |
 * | 8 | 8 | seq, at most 2^53 - 1 |
 * | 16 | 4 x 1 | lengths in bytes of role, topic, id, client |
 * | 20 | | role, topic, id, client in UTF-8, then zeros up to the payload |
 *
 * The payload begins at a multiple of 8, so that a typed array can be laid over it without a copy.
 */
const version = 1;
const fixedBytes = 20;
const kinds = { message: 1, answer: 2 } as const;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

export type BinaryResult = { ok: true; frame: BinaryFrame } | { ok: false; reason: string };
export type BinaryHeadResult = { ok: true; frame: Omit<BinaryFrame, 'payload'> } | { ok: false; reason: string };

/** A member does not fit the header: a mistake of the caller. */
export class FrameMemberTooLong extends RangeError {
  readonly code = 'frame-member-too-long';
  constructor(member: string) {
    super(`${member} is longer than 255 bytes`);
  }
}

export function encodeBinary(frame: BinaryFrame): Uint8Array {
  const names = [frame.role, frame.topic, frame.id ?? '', frame.client ?? ''].map((name) => encoder.encode(name));
  const used = names.reduce((sum, name) => sum + name.byteLength, fixedBytes);
  const payloadOffset = Math.ceil(used / 8) * 8;
  const bytes = new Uint8Array(payloadOffset + frame.payload.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, version);
  view.setUint8(1, frame.id === undefined ? kinds.message : kinds.answer);
  view.setUint16(2, payloadOffset);
  view.setUint32(4, frame.incarnation);
  view.setBigUint64(8, BigInt(frame.seq));
  let at = fixedBytes;
  for (const [index, name] of names.entries()) {
    if (name.byteLength > 255) throw new FrameMemberTooLong(['role', 'topic', 'id', 'client'][index]!);
    view.setUint8(16 + index, name.byteLength);
    bytes.set(name, at);
    at += name.byteLength;
  }
  bytes.set(frame.payload, payloadOffset);
  return bytes;
}

/** The frame in these bytes; its payload is a view of them, not a copy. */
export function decodeBinary(bytes: Uint8Array): BinaryResult {
  const head = decodeBinaryHead(bytes);
  if (!head.ok) return head;
  return { ok: true, frame: { ...head.frame, payload: bytes.subarray(payloadOffsetOf(bytes)) } };
}

/** All but the payload: what a relay looks at. */
export function decodeBinaryHead(bytes: Uint8Array): BinaryHeadResult {
  const reason = whyMalformed(bytes);
  if (reason !== undefined) return { ok: false, reason };
  const view = viewOf(bytes);
  const seq = Number(view.getBigUint64(8));
  const [role, topic, id, client] = readNames(bytes);
  if (role === undefined || topic === undefined || id === undefined || client === undefined)
    return { ok: false, reason: 'a name is not UTF-8' };
  if (role === '') return { ok: false, reason: 'role is empty' };
  const isAnswer = bytes[1] === kinds.answer;
  if (isAnswer === (id === '')) return { ok: false, reason: 'an answer has an id, a message has none' };
  const incarnation = view.getUint32(4);
  if (incarnation < 1 || seq < 1) return { ok: false, reason: 'incarnation and seq begin at 1' };
  return {
    ok: true,
    frame: { kind: 'binary', role, incarnation, seq, topic, ...(isAnswer && { id }), ...(client !== '' && { client }) },
  };
}

/** The same frame with this client in its header: what a relay adds towards a worker. Copies the payload once. */
export function withBinaryClient(bytes: Uint8Array, client: string): Uint8Array {
  const decoded = decodeBinary(bytes);
  return decoded.ok ? encodeBinary({ ...decoded.frame, client }) : bytes;
}

function payloadOffsetOf(bytes: Uint8Array): number {
  return (bytes[2]! << 8) | bytes[3]!;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function namesEnd(bytes: Uint8Array): number {
  return fixedBytes + bytes[16]! + bytes[17]! + bytes[18]! + bytes[19]!;
}

function whyMalformed(bytes: Uint8Array): string | undefined {
  if (bytes.byteLength < fixedBytes) return 'shorter than its header';
  if (bytes[0] !== version) return 'unknown version';
  if (bytes[1] !== kinds.message && bytes[1] !== kinds.answer) return 'unknown kind';
  const payloadOffset = payloadOffsetOf(bytes);
  if (payloadOffset > bytes.byteLength) return 'shorter than its header';
  if (payloadOffset !== Math.ceil(namesEnd(bytes) / 8) * 8) return 'the payload does not begin where the names end';
  if (viewOf(bytes).getUint32(8) > 0x1f_ffff) return 'seq is above 2^53 - 1';
  return undefined;
}

function readNames(bytes: Uint8Array): string[] {
  const names: string[] = [];
  let at = fixedBytes;
  try {
    for (let index = 16; index < fixedBytes; index++) {
      const end = at + bytes[index]!;
      names.push(decoder.decode(bytes.subarray(at, end)));
      at = end;
    }
  } catch {
    return [];
  }
  return names;
}
