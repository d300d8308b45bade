import {
  MusterError,
  type RedeemAnswer,
  type RedeemAsk,
  type Revocation,
  type TicketAsk,
  type TicketGrant,
} from '@muster/contracts';
import { isTakenBy, matchesHash, newTicket, secretHash, sessionOfTicket } from '@muster/identity';
import type { Clock, RandomSource } from '@muster/platform';
import type { SessionDocument, TicketRecord } from '../session-document.js';
import type { HeldSession } from './held-session.js';

interface TicketDeskOptions {
  clock: Clock;
  random: RandomSource;
  ticketMs: number;
  /** How long a client's id stays bound to its user after it was last seen. */
  clientResumeMs: number;
  maxTickets: number;
  maxClients: number;
}

/** Gives out one-time tickets and takes them back: by a write on the session document, so that each is good once. */
export class TicketDesk {
  constructor(private readonly options: TicketDeskOptions) {}

  /** Throws `too-many-requests` when too many wait to be used, `session-ended`, `stale`. */
  async issue(session: HeldSession, ask: TicketAsk): Promise<TicketGrant> {
    const { clock, random, ticketMs, maxTickets } = this.options;
    const ticket = newTicket(session.id, random);
    const expiresAtMs = clock.nowMs() + ticketMs;
    const { user, tokenVersion, tokenExpiresAt, loginId, apiTokenId } = ask;
    const record: TicketRecord = {
      hash: secretHash(ticket),
      user,
      tokenVersion,
      tokenExpiresAt,
      ...(loginId === undefined ? {} : { loginId }),
      ...(apiTokenId === undefined ? {} : { apiTokenId }),
      expiresAtMs,
    };
    await session.exclusive(() =>
      session.write((document) => {
        requireOpen(document);
        const tickets = this.liveTickets(document);
        if (tickets.length >= maxTickets)
          throw new MusterError('too-many-requests', 'use the tickets that were given out first', {
            retryAfterMs: ticketMs,
          });
        return { ...document, tickets: [...tickets, record] };
      }),
    );
    return { ticket, expiresAt: new Date(expiresAtMs).toISOString() };
  }

  /**
   * Uses a ticket up. Throws `ticket-invalid` (unknown, used, too old, of another session), `not-allowed` when the client's id
   * belongs to another user (the ticket is used up then, too).
   */
  async redeem(session: HeldSession, { ticket, clientId }: RedeemAsk): Promise<RedeemAnswer> {
    const redeemed: { record?: TicketRecord; foreign?: boolean } = {};
    let connection = 0;
    const invalid = new MusterError(
      'ticket-invalid',
      'the ticket is unknown, was used, or is too old: ask for a new one',
    );
    if (sessionOfTicket(ticket) !== session.id) throw invalid;
    await session.exclusive(async () => {
      await session.write((document) => {
        requireOpen(document);
        const tickets = this.liveTickets(document);
        const record = tickets.find(({ hash }) => matchesHash(ticket, hash));
        if (record === undefined) throw invalid;
        redeemed.record = record;
        const bound = document.clients.find((client) => client.clientId === clientId);
        redeemed.foreign = bound !== undefined && bound.user !== record.user;
        const clients = redeemed.foreign ? document.clients : this.withClient(document, clientId, record);
        return { ...document, tickets: tickets.filter((other) => other !== record), clients };
      });
      // Rises with every write of the document, whoever holds it.
      connection = session.document.rev;
    });
    if (redeemed.foreign === true) throw new MusterError('not-allowed', "this client's id belongs to another user");
    return { ...answerOf(session.document, redeemed.record ?? throwInvalid(invalid)), connection };
  }

  /** Tickets that a revoked login, API token or user has taken are void; answers whether there were any. */
  async revoke(session: HeldSession, revocation: Revocation): Promise<boolean> {
    return session.exclusive(() =>
      session.write((document) => {
        const tickets = document.tickets.filter((ticket) => !isTakenBy(ticket, revocation));
        return tickets.length === document.tickets.length ? undefined : { ...document, tickets };
      }),
    );
  }

  private liveTickets({ tickets }: SessionDocument): TicketRecord[] {
    const nowMs = this.options.clock.nowMs();
    return tickets.filter(({ expiresAtMs }) => nowMs < expiresAtMs);
  }

  /** Binds the client's id to (session, user); the longest unseen make room. */
  private withClient(
    { clients }: SessionDocument,
    clientId: string,
    { user }: TicketRecord,
  ): SessionDocument['clients'] {
    const { clock, clientResumeMs, maxClients } = this.options;
    const seenAtMs = clock.nowMs();
    const others = clients.filter(
      (client) => client.clientId !== clientId && seenAtMs - client.seenAtMs < clientResumeMs,
    );
    return [...others.slice(-(maxClients - 1)), { clientId, user, seenAtMs }];
  }
}

function throwInvalid(error: MusterError): never {
  throw error;
}

function requireOpen({ state, _id }: SessionDocument): void {
  if (state === 'closing' || state === 'closed' || state === 'failed')
    throw new MusterError('session-ended', `session ${_id} is ending`);
}

function answerOf({ _id, owner }: SessionDocument, record: TicketRecord): Omit<RedeemAnswer, 'connection'> {
  const { user, tokenVersion, tokenExpiresAt, loginId, apiTokenId } = record;
  const credential = {
    ...(loginId === undefined ? {} : { loginId }),
    ...(apiTokenId === undefined ? {} : { apiTokenId }),
  };
  return { session: _id, user, tokenVersion, tokenExpiresAt, ...credential, owner };
}
