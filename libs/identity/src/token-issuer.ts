import { SignJWT } from 'jose';
import type { ServiceRole, UserRole } from '@muster/contracts';
import type { Clock, RandomSource } from '@muster/platform';
import type { Signer } from './signing-keys.js';
import { serviceTokens, userTokens } from './token-kinds.js';

export interface TokenSettings {
  /** Tokens of another issuer are refused. */
  issuer: string;
  userTokenMs: number;
  /** Longer than a user's: while auth is away, services go on talking to each other for half of it at least. */
  serviceTokenMs: number;
}

/** The issuer of all our tokens. Installations are told apart by their keys. */
export const tokenIssuer = 'muster';

export interface UserTokenFacts {
  userId: string;
  username: string;
  role: UserRole;
  loginId: string;
  /** The user's version, read after `feed`, so that no revocation falls between the two. */
  version: number;
  feed: { id: string; number: number };
}

export interface IssuedToken {
  token: string;
  expiresAtMs: number;
}

/** Makes the signed tokens of users and services. */
export class TokenIssuer {
  constructor(
    private readonly signer: Signer,
    private readonly clock: Clock,
    private readonly random: RandomSource,
    private readonly settings: TokenSettings,
  ) {}

  issueForUser(facts: UserTokenFacts): Promise<IssuedToken> {
    const { userId, username, role, loginId, version, feed } = facts;
    const claims = { name: username, role, sid: loginId, ver: version, fid: feed.id, fno: feed.number };
    return this.sign(userTokens, { subject: userId, claims, lifetimeMs: this.settings.userTokenMs });
  }

  issueForService(role: ServiceRole, instanceId: string): Promise<IssuedToken> {
    return this.sign(serviceTokens, {
      subject: instanceId,
      claims: { role },
      lifetimeMs: this.settings.serviceTokenMs,
    });
  }

  private async sign(
    kind: { audience: string; type: string },
    content: { subject: string; claims: Record<string, unknown>; lifetimeMs: number },
  ): Promise<IssuedToken> {
    const { keyId, privateKey } = this.signer.current();
    const issuedAt = Math.floor(this.clock.nowMs() / 1000);
    const expiresAt = issuedAt + Math.floor(content.lifetimeMs / 1000);
    const token = await new SignJWT(content.claims)
      .setProtectedHeader({ alg: 'EdDSA', typ: kind.type, kid: keyId })
      .setIssuer(this.settings.issuer)
      .setAudience(kind.audience)
      .setSubject(content.subject)
      .setJti(this.random.secret(12))
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .sign(privateKey);
    return { token, expiresAtMs: expiresAt * 1000 };
  }
}
