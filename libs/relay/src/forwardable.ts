import type { TextFrame } from './parse-frame.js';
import { parseFrame } from './parse-frame.js';

/** What a relay needs to know of a text frame; `seq` and `id` as far as the kind has them. */
export interface FrameHead {
  kind: TextFrame['kind'];
  role?: string;
  incarnation?: number;
  seq?: number;
  id?: string;
  client?: string;
}
export type HeadResult = { ok: true; head: FrameHead } | { ok: false; reason: string };

const dataKinds: ReadonlySet<string> = new Set(['req', 'cancel', 'res', 'err', 'push']);
/** One simple member at the front of an object: a short text without escapes, or a positive integer. */
const simpleMember = /[{,]"(kind|client|role|incarnation|seq|id)":(?:"([^"\\]{1,128})"|([1-9]\d{0,15}))(?=[,}])/y;

/**
 * Reads kind, role, incarnation, seq, id and client from the front of a text frame without parsing its body, so that a relay
 * can pass the text on as it is. A frame whose first members are not these falls back to a full parse. The body is *not*
 * known to be JSON: the receiver parses it. Give the text on with {@link withClient} only, which no sender can forge.
 */
export function forwardable(frameText: string): HeadResult {
  const head = scanHead(frameText);
  if (dataKinds.has(head.kind as string) && isComplete(head) && frameText.endsWith('}'))
    return { ok: true, head: head as unknown as FrameHead };
  const parsed = parseFrame(frameText);
  if (!parsed.ok) return parsed;
  const { kind, role, incarnation, seq, id, client } = parsed.frame as FrameHead;
  return { ok: true, head: { kind, role, incarnation, seq, id, client } };
}

function scanHead(frameText: string): Record<string, unknown> {
  const head: Record<string, unknown> = {};
  simpleMember.lastIndex = 0;
  for (let found = simpleMember.exec(frameText); found !== null; found = simpleMember.exec(frameText)) {
    const [, name, asText, asNumber] = found;
    if (name! in head) return {};
    head[name!] = asText ?? Number(asNumber);
  }
  return head;
}

function isComplete({ role, incarnation, seq, id, client, kind }: Record<string, unknown>): boolean {
  return (
    typeof role === 'string' &&
    role.length <= 63 &&
    Number.isSafeInteger(incarnation) &&
    (incarnation as number) <= 0xffff_ffff &&
    Number.isSafeInteger(seq) &&
    (kind === 'push' ? id === undefined : typeof id === 'string') &&
    (client === undefined || (typeof client === 'string' && client.length <= 64))
  );
}

/**
 * The same text frame, said to come from this client: the last member of an object wins, so whatever the client wrote under
 * that name means nothing. `client` is one of ours: letters, digits, `-` and `_`.
 */
export function withClient(frameText: string, client: string): string {
  return `${frameText.slice(0, frameText.lastIndexOf('}'))},"client":"${client}"}`;
}

/** The client that {@link withClient} wrote, also when the rest of the text is no JSON. */
export function clientAtEnd(frameText: string): string | undefined {
  return /,"client":"([\w-]{1,64})"\}$/.exec(frameText)?.[1];
}
