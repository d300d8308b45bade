import type { Revocation } from '@muster/contracts';
import type { RequestAuthenticator } from '@muster/platform';
import { looksLikeApiToken } from './api-tokens.js';
import type { ServicePrincipal, UserPrincipal } from './principal.js';

/** Verifies a token, or throws why not. */
export interface Verifier<P> {
  verify(token: string): Promise<P>;
}

export interface AuthenticatorParts {
  users: Verifier<UserPrincipal>;
  apiTokens: Verifier<UserPrincipal>;
  services: Verifier<ServicePrincipal>;
}

/**
 * The one gate of all routes. Users come with a signed token or an API token, services with a token of the internal audience;
 * neither is ever taken for the other. Throws `not-authenticated`, `token-expired` or `account-disabled`.
 */
export class Authenticator implements RequestAuthenticator {
  constructor(private readonly parts: AuthenticatorParts) {}

  async user(bearer: string): Promise<UserPrincipal> {
    return looksLikeApiToken(bearer) ? this.parts.apiTokens.verify(bearer) : this.parts.users.verify(bearer);
  }

  async service(bearer: string): Promise<ServicePrincipal> {
    return this.parts.services.verify(bearer);
  }
}

/** True when the user lost the account, not just some tokens: then the user's sessions end too. */
export function endsSessions({ kind, reason }: Revocation): boolean {
  return kind === 'user' && (reason === 'disabled' || reason === 'removed');
}
