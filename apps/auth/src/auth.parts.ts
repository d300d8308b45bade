import { join } from 'node:path';
import type { Provider, Type } from '@nestjs/common';
import { HOST, type Host } from '@muster/hosting';
import {
  ApiTokens,
  AuditLog,
  JoinKeys,
  Logins,
  RevocationFeed,
  ServiceAdmission,
  SigningKeys,
  UserAdministration,
  composeAuth,
  defaultPasswordSettings,
  tokenIssuer,
  type Auth,
} from '@muster/identity';
import { ConfigurationError } from '@muster/platform';
import type { AuthSettings } from './auth.config.js';

/** Nest injection token of all parts of auth. */
export const AUTH = Symbol('Auth');

/** The identity library's classes as providers, so that a controller names in its constructor what it uses. */
export const authParts: Provider[] = [
  { provide: AUTH, inject: [HOST], useFactory: makeAuth },
  part(ApiTokens, 'apiTokens'),
  part(AuditLog, 'audit'),
  part(Logins, 'logins'),
  part(RevocationFeed, 'feed'),
  part(ServiceAdmission, 'admission'),
  part(SigningKeys, 'signingKeys'),
  part(UserAdministration, 'administration'),
];

function part<Name extends keyof Auth>(type: Type<Auth[Name]>, name: Name): Provider {
  return { provide: type, inject: [AUTH], useFactory: (auth: Auth) => auth[name] };
}

async function makeAuth({ runtime, store, installationKey, dataDir }: Host): Promise<Auth> {
  const settings = runtime.settings as AuthSettings;
  if (store === undefined || installationKey === undefined) {
    throw new ConfigurationError([
      'MUSTER_INSTALLATION_KEY: auth needs it to seal its keys; set MUSTER_INSTALLATION_KEY_FILE',
    ]);
  }
  return composeAuth({
    store,
    installationKey,
    clock: runtime.clock,
    random: runtime.random,
    joinKeys: await JoinKeys.read(settings.MUSTER_JOIN_KEYS_DIR ?? join(dataDir, 'keys')),
    ...choicesOf(settings),
  });
}

function choicesOf(settings: AuthSettings) {
  return {
    tokens: {
      issuer: tokenIssuer,
      userTokenMs: settings.MUSTER_USER_TOKEN_MS,
      serviceTokenMs: settings.MUSTER_SERVICE_TOKEN_MS,
    },
    passwords: {
      ...defaultPasswordSettings,
      memoryKiB: settings.MUSTER_PASSWORD_MEMORY_KIB,
      passes: settings.MUSTER_PASSWORD_PASSES,
      maxParallel: settings.MUSTER_PASSWORD_PARALLEL,
    },
    refreshTokens: { idleMs: settings.MUSTER_LOGIN_IDLE_MS, maxAgeMs: settings.MUSTER_LOGIN_MAX_AGE_MS },
  };
}
