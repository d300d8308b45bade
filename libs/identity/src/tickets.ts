import type { RandomSource } from '@muster/platform';
import { matchesHash, secretHash } from './secrets.js';

/** What the session document keeps of a ticket; never the secret itself. */
export interface TicketRecord {
  hash: string;
  userId: string;
  /** How the user was authenticated when the ticket was made, so that revocation finds the socket. */
  loginId?: string;
  apiTokenId?: string;
  /** Wall clock of the holder, ms since 1970. */
  expiresAtMs: number;
  /** The token behind the ticket ends then: the socket may not outlive it by more than the relay's own rule. */
  tokenExpiresAtMs: number;
}

export type TicketFor = Omit<TicketRecord, 'hash' | 'expiresAtMs'>;

const form = /^([\w-]{1,128})\.([\w-]{43})$/;

/** A permission to open one WebSocket to one session: the session's id and a secret. */
export function newTicket(
  sessionId: string,
  holder: TicketFor,
  times: { nowMs: number; lifetimeMs: number },
  random: RandomSource,
): { ticket: string; record: TicketRecord } {
  const secret = random.secret(32);
  const record = { ...holder, hash: secretHash(`${sessionId}.${secret}`), expiresAtMs: times.nowMs + times.lifetimeMs };
  return { ticket: `${sessionId}.${secret}`, record };
}

/** The session a ticket is for; undefined when it is no ticket. Proves nothing: see {@link redeemTicket}. */
export function sessionOfTicket(ticket: string): string | undefined {
  return form.exec(ticket)?.[1];
}

/**
 * Takes a ticket out of the session's tickets. `redeemed` is undefined when it is unknown, used or too old. `remaining` has
 * neither the ticket nor any that is too old: when the write of it succeeds, the ticket has been used, once.
 */
export function redeemTicket(
  records: readonly TicketRecord[],
  ticket: string,
  nowMs: number,
): { redeemed: TicketRecord | undefined; remaining: TicketRecord[] } {
  const live = records.filter((record) => nowMs < record.expiresAtMs);
  const redeemed = live.find((record) => matchesHash(ticket, record.hash));
  return { redeemed, remaining: live.filter((record) => record !== redeemed) };
}
