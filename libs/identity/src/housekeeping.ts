import type { ApiTokens } from './api-tokens.js';
import type { RefreshTokens } from './refresh-tokens.js';
import type { RevocationFeed } from './revocation-feed.js';
import type { SigningKeys } from './signing-keys.js';
import type { UserAdministration } from './user-administration.js';

export interface HousekeepingParts {
  signingKeys: SigningKeys;
  administration: UserAdministration;
  refreshTokens: RefreshTokens;
  apiTokens: ApiTokens;
  feed: RevocationFeed;
}

/** What auth repeats every minute, in every replica: each step may be done twice and by several at once. */
export async function keepHouse(parts: HousekeepingParts): Promise<void> {
  await parts.signingKeys.refresh();
  await parts.administration.finishUnfinished();
  await parts.refreshTokens.sweep();
  await parts.apiTokens.sweep();
  await parts.feed.prune();
}
