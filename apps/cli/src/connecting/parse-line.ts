/** One line of who talks to the workers of a session. */
export type Line =
  | { kind: 'call'; role: string; action: string; body: Body }
  | { kind: 'push'; role: string; topic: string; body: Body }
  | { kind: 'peers' | 'help' | 'quit' | 'nothing' }
  | { kind: 'wrong'; reason: string };

/** JSON that stands in the line, or in a file that it names. */
export type Body = { value: unknown } | { file: string };

export const lineHelp = `  ROLE ACTION [JSON | @FILE]         ask a worker, and show its answer
  .push ROLE TOPIC [JSON | @FILE]    send a message that has no answer
  .peers                             who is there
  .help                              this help
  .quit, or the end of the input     leave; the session goes on
`;

const single = { '.peers': 'peers', '.help': 'help', '.quit': 'quit' } as const;

/** Reads one line; an empty one and a comment (`#`) say nothing. */
export function parseLine(text: string): Line {
  const line = text.trim();
  if (line === '' || line.startsWith('#')) return { kind: 'nothing' };
  if (line in single) return { kind: single[line as keyof typeof single] };
  const isPush = line.startsWith('.push ');
  if (line.startsWith('.') && !isPush)
    return { kind: 'wrong', reason: `${line.split(' ')[0] ?? line} is not known; .help shows what is` };
  const [, role = '', name = '', rest = ''] =
    /^(\S+)\s+(\S+)(?:\s+(.*))?$/s.exec(isPush ? line.slice('.push '.length).trim() : line) ?? [];
  if (name === '') return { kind: 'wrong', reason: 'a line is ROLE ACTION [JSON | @FILE]; .help shows more' };
  const body = bodyOf(rest);
  if (typeof body === 'string') return { kind: 'wrong', reason: body };
  return isPush ? { kind: 'push', role, topic: name, body } : { kind: 'call', role, action: name, body };
}

/** The reason, when it is no body. */
function bodyOf(text: string): Body | string {
  if (text === '') return { value: {} };
  if (text.startsWith('@')) return { file: text.slice(1) };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return `what stands after the action is not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}
