import { EnumField, QueryIntegerField, TextField } from './fields.js';
import { type Permission, type ServiceRole, type UserRole, serviceRoles } from './auth.js';

/** A service shows its join key and gets a short token. */
export class ServiceTokenRequest {
  @EnumField(serviceRoles, 'ServiceRole') role: ServiceRole;
  @TextField({ maxLength: 256 }) key: string;
  @TextField({ maxLength: 128, pattern: /^[\w.-]+$/, patternName: 'letters, digits and _ . -' }) instanceId: string;
}

export interface ServiceTokenAnswer {
  token: string;
  /** Lifetime from now: the caller counts it on its own clock. */
  expiresInMs: number;
}

export class VerifyApiToken {
  @TextField({ maxLength: 512 }) token: string;
}

/** What an API token allows at this moment. */
export interface VerifiedApiToken {
  tokenId: string;
  userId: string;
  username: string;
  role: UserRole;
  permissions: Permission[];
  /** The user's version. */
  tokenVersion: number;
  expiresInMs: number;
}

export class RevocationQuery {
  @TextField({ optional: true, maxLength: 64, description: 'The feed that `after` belongs to' }) feed?: string;
  @QueryIntegerField({ optional: true, description: 'The last number that is known; absent = what still matters' })
  after?: number;
}

/**
 * - `user`: tokens of the user whose version is below `belowVersion`.
 * - `login`: the tokens of one login (logout, or its refresh token was used twice).
 * - `api-token`: one API token.
 */
export type RevocationKind = 'user' | 'login' | 'api-token';
export type RevocationReason =
  'disabled' | 'removed' | 'role-changed' | 'password-changed' | 'logged-out' | 'reused' | 'token-removed';

/** One entry of the feed; numbers run from 1 without gaps. */
export interface Revocation {
  number: number;
  at: string;
  kind: RevocationKind;
  /** The id of the user, login or API token. */
  subject: string;
  userId: string;
  /** For `user` only. */
  belowVersion?: number;
  reason: RevocationReason;
}

export interface RevocationPage {
  feed: string;
  /** The newest number of the feed; 0 = none yet. */
  last: number;
  entries: Revocation[];
}
