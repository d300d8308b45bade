import type { JsonDataFrame } from '@muster/contracts/wire';
import type { TextFrame } from './parse-frame.js';

/** A text frame as it goes over the wire: it begins with the members a relay looks at, bodies come last. */
export function encodeText(frame: TextFrame): string {
  if (!('seq' in frame)) return JSON.stringify(frame);
  const { kind, client, role, incarnation, seq, id, ...rest } = frame as typeof frame & { id?: string };
  return JSON.stringify({ kind, client, role, incarnation, seq, id, ...rest });
}

type HeadOf<Data> = Data extends JsonDataFrame ? Omit<Data, 'body' | 'problem'> : never;

/** A data frame whose body (or problem) is JSON text already: it is not parsed and made again. */
export function encodeWithJson(head: HeadOf<JsonDataFrame>, member: 'body' | 'problem', json: string): string {
  return `${encodeText(head as TextFrame).slice(0, -1)},"${member}":${json}}`;
}
