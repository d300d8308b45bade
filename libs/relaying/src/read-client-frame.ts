import { decodeBinaryHead, type Encoded, forwardable, parseFrame } from '@muster/relay';
import type { ClientFrame } from './worker-link.js';

export type ClientInput =
  | { kind: 'frame'; frame: ClientFrame }
  | { kind: 'ping'; nonce: string | undefined }
  | { kind: 'pong' }
  | { kind: 'malformed'; reason: string };

const dataKinds: ReadonlySet<string> = new Set(['req', 'cancel', 'res', 'err', 'push']);

/** What a welcomed client sent. Bodies of data frames are not looked at. */
export function readClientFrame(encoded: Encoded): ClientInput {
  return typeof encoded === 'string' ? readText(encoded) : readBinary(encoded);
}

function readBinary(bytes: Uint8Array): ClientInput {
  const head = decodeBinaryHead(bytes);
  if (!head.ok) return { kind: 'malformed', reason: head.reason };
  const { role, incarnation, seq } = head.frame;
  return { kind: 'frame', frame: { kind: 'binary', role, incarnation, seq, bytes } };
}

function readText(text: string): ClientInput {
  const read = forwardable(text);
  if (!read.ok) return { kind: 'malformed', reason: read.reason };
  const { kind, role, incarnation, seq } = read.head;
  if (!dataKinds.has(kind)) return readControl(text);
  if (role === undefined || incarnation === undefined || seq === undefined)
    return { kind: 'malformed', reason: `${kind} without role, incarnation or seq` };
  return { kind: 'frame', frame: { kind: 'data', head: { ...read.head, role, incarnation, seq }, text } };
}

function readControl(text: string): ClientInput {
  const parsed = parseFrame(text);
  if (!parsed.ok) return { kind: 'malformed', reason: parsed.reason };
  const { frame } = parsed;
  if (frame.kind === 'ping') return { kind: 'ping', nonce: frame.nonce };
  if (frame.kind === 'pong') return { kind: 'pong' };
  const isOfStream = frame.kind === 'ack' || frame.kind === 'gap';
  if (!isOfStream) return { kind: 'malformed', reason: `a client does not send ${frame.kind} here` };
  const { role, incarnation } = frame;
  return { kind: 'frame', frame: { kind: frame.kind, role, incarnation, frame } as ClientFrame };
}
