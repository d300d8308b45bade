import type { RandomSource } from '@muster/platform';

const secretBytes = 32;
const form = /^([\w-]{1,128})\.[\w-]{43}$/;

/** A permission to open one WebSocket to one session: the session's id and a secret. */
export function newTicket(sessionId: string, random: RandomSource): string {
  return `${sessionId}.${random.secret(secretBytes)}`;
}

/** The session a ticket is for; undefined when it is no ticket. Proves nothing: its holder does, who knows its hash. */
export function sessionOfTicket(ticket: string): string | undefined {
  return form.exec(ticket)?.[1];
}
