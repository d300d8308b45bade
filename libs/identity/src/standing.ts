import type { Revocation } from '@muster/contracts';
import type { UserPrincipal } from './principal.js';

/** What a permission that was given to a user stands on; when that is revoked, so is the permission. */
export interface Standing {
  user: string;
  /** The user's version when the permission was given. */
  tokenVersion: number;
  loginId?: string;
  apiTokenId?: string;
}

export function standingOf({ userId, tokenVersion, credential }: UserPrincipal): Standing {
  const own = credential.kind === 'login' ? { loginId: credential.loginId } : { apiTokenId: credential.tokenId };
  return { user: userId, tokenVersion, ...own };
}

/** Whether this revocation takes what the permission stands on. One of a user without a version takes all of the user's. */
export function isTakenBy(standing: Standing, { kind, subject, belowVersion = Infinity }: Revocation): boolean {
  if (kind === 'login') return standing.loginId === subject;
  if (kind === 'api-token') return standing.apiTokenId === subject;
  return standing.user === subject && standing.tokenVersion < belowVersion;
}
