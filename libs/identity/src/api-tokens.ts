import {
  MusterError,
  type ApiTokenPage,
  type ApiTokenView,
  type CreateApiToken,
  type ListUsersQuery,
  NewApiTokenView,
  type Permission,
  type VerifiedApiToken,
} from '@muster/contracts';
import { newId, type Clock, type RandomSource } from '@muster/platform';
import { updateDocument, type Collection, type DocumentStore, type StoredDocument } from '@muster/store';
import type { AuditLog } from './audit-log.js';
import { permissionsWithin, requireCovers } from './permissions.js';
import type { UserPrincipal } from './principal.js';
import type { RevocationFeed } from './revocation-feed.js';
import { matchesHash, secretHash } from './secrets.js';
import type { Users } from './users.js';

interface ApiTokenDocument extends StoredDocument {
  userId: string;
  name: string;
  scopes: Permission[];
  secretHash: string;
  createdAtMs: number;
  expiresAtMs: number;
  /** It is good for nothing any more; it goes when its revocation is in the feed. */
  removed?: boolean;
}

export interface ApiTokensParts {
  store: DocumentStore;
  users: Users;
  feed: RevocationFeed;
  audit: AuditLog;
  clock: Clock;
  random: RandomSource;
}

const maxPerUser = 100;
const form = /^mst_([\w-]{1,64})\.([\w-]{43})$/;

/** True for texts that are meant as API tokens; everything else is a signed token, or nothing. */
export function looksLikeApiToken(token: string): boolean {
  return token.startsWith('mst_');
}

/** Personal API tokens: hashed, scoped, expiring. What one allows is decided anew at every verification. */
export class ApiTokens {
  private readonly tokens: Collection<ApiTokenDocument>;

  constructor(private readonly parts: ApiTokensParts) {
    this.tokens = parts.store.collection({
      name: 'api-tokens',
      indexes: [
        { name: 'user', fields: ['userId', 'createdAtMs'] },
        { name: 'expires', fields: ['expiresAtMs'] },
      ],
    });
  }

  /** Throws `not-allowed` for scopes that the caller lacks, `conflict` when there are too many. */
  async create(principal: UserPrincipal, wanted: CreateApiToken, source: string): Promise<NewApiTokenView> {
    const { name, scopes, expiresInMs } = wanted;
    requireCovers(principal, scopes);
    const nowMs = this.parts.clock.nowMs();
    if ((await this.tokens.count({ userId: principal.userId })) >= maxPerUser) {
      throw new MusterError('conflict', `nobody has more than ${maxPerUser} API tokens: remove one first`);
    }
    const secret = this.parts.random.secret(32);
    const document = await this.tokens.insert({
      _id: newId('tok_', this.parts.random),
      version: 1,
      userId: principal.userId,
      name,
      scopes,
      secretHash: secretHash(secret),
      createdAtMs: nowMs,
      expiresAtMs: lastMomentOf(principal, nowMs + expiresInMs),
    });
    await this.record(principal, 'token.create', { target: document._id, source, detail: scopes.join(' ') });
    return Object.assign(new NewApiTokenView(), toView(document), { token: `mst_${document._id}.${secret}` });
  }

  async page(principal: UserPrincipal, { limit = 50, cursor }: ListUsersQuery): Promise<ApiTokenPage> {
    const { items, nextCursor } = await this.tokens.find({
      where: { userId: principal.userId },
      sort: [{ field: 'createdAtMs', direction: 'descending' }],
      limit,
      ...(cursor === undefined ? {} : { after: cursor }),
    });
    return { items: items.map(toView), ...(nextCursor === undefined ? {} : { nextCursor }) };
  }

  /** Throws `not-found` for a token that is not the caller's own. One that failed half-way is finished by the next. */
  async remove(principal: UserPrincipal, tokenId: string, source: string): Promise<void> {
    const { userId } = principal;
    const token = await updateDocument(this.tokens, tokenId, (current) =>
      current.userId === userId && current.removed !== true ? { ...current, removed: true } : undefined,
    );
    if (token?.userId !== userId) throw new MusterError('not-found', 'you have no such API token');
    await this.parts.feed.append({ kind: 'api-token', subject: tokenId, userId, reason: 'token-removed' });
    await this.tokens.remove(tokenId);
    await this.record(principal, 'token.remove', { target: tokenId, source });
  }

  async removeAllOf(userId: string): Promise<void> {
    for (;;) {
      const { items } = await this.tokens.find({ where: { userId }, limit: maxPerUser });
      for (const { _id } of items) await this.tokens.remove(_id);
      if (items.length < maxPerUser) return;
    }
  }

  /** Throws `not-authenticated`, `token-expired` or `account-disabled`. */
  async verify(text: string): Promise<VerifiedApiToken> {
    const [, tokenId, secret] = form.exec(text) ?? [];
    const token = tokenId === undefined ? undefined : await this.tokens.get(tokenId);
    if (token === undefined || secret === undefined || !matchesHash(secret, token.secretHash)) throw refused();
    if (token.removed === true) throw refused();
    const expiresInMs = token.expiresAtMs - this.parts.clock.nowMs();
    if (expiresInMs <= 0) throw new MusterError('token-expired', 'the API token has ended: make a new one');
    const user = await this.parts.users.get(token.userId).catch(() => {
      throw refused();
    });
    if (user.disabled) throw new MusterError('account-disabled', 'the account is disabled: ask an admin');
    const permissions = [...permissionsWithin(user.role, token.scopes)];
    const { _id: userId, username, role, tokenVersion } = user;
    return { tokenId: token._id, userId, username, role, permissions, tokenVersion, expiresInMs };
  }

  /** Removes tokens that have ended by themselves. */
  async sweep(): Promise<void> {
    const { items } = await this.tokens.find({ where: { expiresAtMs: { lte: this.parts.clock.nowMs() } }, limit: 500 });
    for (const { _id } of items) await this.tokens.remove(_id);
  }

  private record(
    principal: UserPrincipal,
    action: string,
    facts: { target: string; source: string; detail?: string },
  ): Promise<void> {
    return this.parts.audit.record({ actor: principal.userId, action, outcome: 'done', ...facts });
  }
}

/** A token made with an API token does not outlive it; otherwise its scopes and end could be passed on for ever. */
function lastMomentOf(principal: UserPrincipal, wantedMs: number): number {
  return principal.credential.kind === 'api-token' ? Math.min(wantedMs, principal.expiresAtMs) : wantedMs;
}

function toView({ _id, name, scopes, createdAtMs, expiresAtMs }: ApiTokenDocument): ApiTokenView {
  const createdAt = new Date(createdAtMs).toISOString();
  return { id: _id, name, scopes, createdAt, expiresAt: new Date(expiresAtMs).toISOString() };
}

function refused(): MusterError {
  return new MusterError('not-authenticated', 'the API token is unknown or was removed');
}
