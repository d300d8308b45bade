import type { ControlFrame, JsonDataFrame } from '@muster/contracts/wire';
import { frameLimits as limits } from './limits.js';

export type TextFrame = JsonDataFrame | ControlFrame;
export type ParseResult = { ok: true; frame: TextFrame } | { ok: false; reason: string };

type Members = Record<string, unknown>;
/** Says what is wrong with a value, or nothing. */
type Check = (value: unknown) => string | undefined;

const text =
  (maxLength: number, minLength = 1): Check =>
  (value) =>
    typeof value === 'string' && value.length >= minLength && value.length <= maxLength
      ? undefined
      : `must be text of ${minLength} to ${maxLength} characters`;

const integer =
  (min: number, max: number = Number.MAX_SAFE_INTEGER): Check =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
      ? undefined
      : `must be an integer from ${min} to ${max}`;

const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined ? undefined : check(value);

const object: Check = (value) => (isMembers(value) ? undefined : 'must be an object');
const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');
const anything: Check = () => undefined;

const list =
  (shape: Shape): Check =>
  (value) => {
    if (!Array.isArray(value) || value.length > limits.streams) return `must be a list of at most ${limits.streams}`;
    for (const entry of value) {
      const reason = isMembers(entry) ? whyInvalid(entry, shape) : 'must be an object';
      if (reason !== undefined) return `has a wrong entry: ${reason}`;
    }
    return undefined;
  };

type Shape = readonly (readonly [member: string, check: Check])[];

const id = text(limits.id);
const client = text(limits.client);
const incarnation = integer(1, limits.incarnation);
const position: Shape = [
  ['role', text(limits.role)],
  ['incarnation', incarnation],
];
const received: Shape = [['received', integer(0)]];
const named: Shape = [['stream', optional(integer(1))]];
const data: Shape = [
  ...position,
  ['seq', integer(1)],
  ['client', optional(client)],
  ['traceparent', optional(text(limits.traceparent))],
];
const left: Shape = [['client', client]];
const heartbeat: Shape = [['nonce', optional(text(limits.nonce, 0))]];

const shapes: { readonly [kind in TextFrame['kind']]: Shape } = {
  req: [...data, ['id', id], ['action', text(limits.action)], ['body', anything]],
  cancel: [...data, ['id', id]],
  res: [...data, ['id', id], ['body', anything]],
  err: [...data, ['id', id], ['problem', object]],
  push: [...data, ['topic', text(limits.topic)], ['body', anything]],
  ack: [
    ...position,
    ...received,
    ...named,
    ['credit', integer(0)],
    ['opens', optional(flag)],
    ['client', optional(client)],
  ],
  gap: [...position, ['firstSeq', integer(1)], ['lastSeq', integer(1)], ['client', optional(client)]],
  hello: [
    ['clientId', client],
    ['streams', list([...position, ...received, ...named])],
    ['credit', optional(integer(1))],
  ],
  welcome: [
    ['sessionId', text(limits.id)],
    ['state', text(limits.role)],
    [
      'peers',
      list([
        ['role', text(limits.role)],
        ['incarnation', integer(0)],
        ['state', text(limits.role)],
      ]),
    ],
    ['resumed', list([...position, ...received])],
    ['fresh', list(position)],
    ['credit', integer(0)],
    ['heartbeatMs', integer(1)],
    ['maxFrameBytes', integer(1)],
  ],
  event: [
    ['event', text(limits.role)],
    ['body', object],
  ],
  ping: heartbeat,
  pong: heartbeat,
  'client-here': [
    ...left,
    ...received,
    ['credit', integer(0)],
    ['connection', optional(integer(1))],
    ['maxFrameBytes', optional(integer(1))],
  ],
  'client-away': left,
  'client-gone': left,
};

/**
 * The frame in this text, or what is wrong with it. Members that a kind does not know are left where they are and mean
 * nothing, so that a newer end can talk to an older one. Bodies are not looked at. Never throws.
 */
export function parseFrame(frameText: string): ParseResult {
  const members = parseMembers(frameText);
  if (members === undefined) return { ok: false, reason: 'not a JSON object' };
  const { kind } = members;
  if (typeof kind !== 'string' || !Object.hasOwn(shapes, kind)) return { ok: false, reason: 'unknown kind' };
  const reason = whyInvalid(members, shapes[kind as TextFrame['kind']]);
  if (reason !== undefined) return { ok: false, reason: `${kind}: ${reason}` };
  const frame = members as unknown as TextFrame;
  if (frame.kind === 'gap' && frame.lastSeq < frame.firstSeq)
    return { ok: false, reason: 'gap: ends before it begins' };
  return { ok: true, frame };
}

function parseMembers(frameText: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(frameText);
    return isMembers(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function whyInvalid(members: Members, shape: Shape): string | undefined {
  for (const [member, check] of shape) {
    const reason = check(members[member]);
    if (reason !== undefined) return `${member} ${reason}`;
  }
  return undefined;
}
