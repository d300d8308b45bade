import { MusterError, type SessionId, type TicketAsk, type TicketView, type UserId } from '@muster/contracts';
import type { UserPrincipal } from '@muster/identity';
import type { SessionDocument } from '../session-document.js';
import { connectUrlOf } from './client-address.js';
import type { ServiceDocument } from './documents.js';
import type { Holders } from './ports.js';
import type { ServiceRegistry } from './service-registry.js';
import type { SessionQueries } from './session-queries.js';

export interface SessionDoorParts {
  queries: SessionQueries;
  registry: ServiceRegistry;
  holders: Pick<Holders, 'ticket' | 'logs'>;
  publicUrl: () => string;
}

/** What of a session only its holder can answer: forwarded to whoever that is. */
export class SessionDoor {
  constructor(private readonly parts: SessionDoorParts) {}

  /** Rejects with `session-ended`, `conflict` while it waits, `not-ready` between two holders. */
  async ticket(user: UserPrincipal, id: string): Promise<TicketView> {
    const session = await this.parts.queries.writable(user, id);
    const { ticket, expiresAt } = await this.fromHolder(session, (address) =>
      this.parts.holders.ticket(address, session._id, ticketAskOf(user)),
    );
    return { ticket, url: connectUrlOf(this.parts.publicUrl(), ticket), expiresAt };
  }

  /** Rejects with `unknown-role`, and as `ticket`. */
  async logs(
    user: UserPrincipal,
    ask: { id: string; role: string; follow: boolean },
    signal: AbortSignal,
  ): Promise<Response> {
    const session = await this.parts.queries.readable(user, ask.id);
    if (!(ask.role in session.recipe.roles))
      throw new MusterError('unknown-role', `the session has no role ${ask.role}`);
    const { role, follow } = ask;
    return this.fromHolder(session, (address) =>
      this.parts.holders.logs(address, { session: session._id, role, follow }, signal),
    );
  }

  /** The session service that has it, for relays; undefined while nobody does. */
  async holderFor(id: SessionId): Promise<{ session: SessionDocument; holder: ServiceDocument | undefined }> {
    const session = await this.parts.queries.get(id);
    const holder = session.holder === null || !session.live ? undefined : this.parts.registry.alive(session.holder);
    return { session, holder };
  }

  private holderOf(session: SessionDocument): ServiceDocument {
    if (!session.live) throw new MusterError('session-ended', `session ${session._id} is ${session.state}`);
    if (session.holder === null)
      throw new MusterError('conflict', 'the session waits in the queue; follow its events until it runs');
    const holder = this.parts.registry.alive(session.holder);
    if (holder !== undefined) return holder;
    throw betweenHolders();
  }

  /** A holder that lost its lease a moment ago, or the session to another, is none: that is over soon. */
  private async fromHolder<T>(session: SessionDocument, ask: (address: string) => Promise<T>): Promise<T> {
    const { address } = this.holderOf(session);
    return ask(address).catch((error: unknown) => {
      throw error instanceof MusterError && error.code === 'stale' ? betweenHolders() : error;
    });
  }
}

function betweenHolders(): MusterError {
  return new MusterError('not-ready', 'the session is between two session services; try again', { retryAfterMs: 1000 });
}

function ticketAskOf(user: UserPrincipal): TicketAsk {
  const { credential } = user;
  return {
    user: user.userId as UserId,
    userName: user.username,
    tokenVersion: user.tokenVersion,
    tokenExpiresAt: new Date(user.expiresAtMs).toISOString(),
    ...(credential.kind === 'login' ? { loginId: credential.loginId } : { apiTokenId: credential.tokenId }),
  };
}
