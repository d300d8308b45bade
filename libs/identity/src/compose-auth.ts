import type { Clock, RandomSource } from '@muster/platform';
import type { DocumentStore } from '@muster/store';
import { ApiTokens } from './api-tokens.js';
import { AuditLog } from './audit-log.js';
import type { JoinKeys } from './join-keys.js';
import { LoginThrottle } from './login-throttle.js';
import { Logins } from './logins.js';
import { Passwords, type PasswordSettings } from './passwords.js';
import { RefreshTokens, type RefreshTokenSettings } from './refresh-tokens.js';
import { RevocationFeed } from './revocation-feed.js';
import { Sealing } from './sealing.js';
import { ServiceAdmission } from './service-admission.js';
import { SigningKeys } from './signing-keys.js';
import { TokenIssuer, type TokenSettings } from './token-issuer.js';
import { UserAdministration } from './user-administration.js';
import { Users } from './users.js';

export interface AuthOptions {
  store: DocumentStore;
  clock: Clock;
  random: RandomSource;
  /** 32 bytes as base64url text. */
  installationKey: string;
  joinKeys: JoinKeys;
  tokens: TokenSettings;
  passwords?: PasswordSettings;
  refreshTokens?: Partial<RefreshTokenSettings>;
}

export type Auth = ReturnType<typeof composeAuth>;

/** The parts of the service auth, put together; nothing is read or written yet. Throws SealingError for a wrong key. */
export function composeAuth(options: AuthOptions) {
  const { store, clock, random, joinKeys } = options;
  const sealing = new Sealing(options.installationKey);
  const signingKeys = new SigningKeys(store, sealing, clock, {
    keepAfterMs: options.tokens.serviceTokenMs + 3_600_000,
  });
  const issuer = new TokenIssuer(signingKeys, clock, random, options.tokens);
  const passwords = new Passwords(options.passwords);
  const feed = new RevocationFeed(store, clock, random);
  const audit = new AuditLog(store, clock, random);
  const users = new Users({ store, passwords, feed, clock, random });
  const refreshTokens = new RefreshTokens({ store, sealing, clock, random }, options.refreshTokens);
  const apiTokens = new ApiTokens({ store, users, feed, audit, clock, random });
  const administration = new UserAdministration({ users, refreshTokens, apiTokens, audit });
  const logins = new Logins({
    users,
    passwords,
    throttle: new LoginThrottle(clock),
    refreshTokens,
    feed,
    issuer,
    audit,
  });
  const admission = new ServiceAdmission({ joinKeys, issuer, audit, clock, throttle: new LoginThrottle(clock) });
  return {
    sealing,
    signingKeys,
    issuer,
    passwords,
    feed,
    audit,
    users,
    refreshTokens,
    apiTokens,
    administration,
    logins,
    admission,
  };
}
