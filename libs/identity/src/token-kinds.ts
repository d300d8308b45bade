import { MusterError, serviceRoles, userRoles, type ServiceRole, type UserRole } from '@muster/contracts';
import { permissionsOf } from './permissions.js';
import type { ServicePrincipal, UserPrincipal } from './principal.js';

/** Claims whose signature, issuer, audience and times were checked. Their content was not. */
export type VerifiedClaims = Readonly<Record<string, unknown>> & { exp: number; iat: number };

/** One kind of signed token. Audience and `typ` differ between kinds, so that one is never taken for another. */
export interface TokenKind<P> {
  readonly audience: string;
  readonly type: string;
  /** Strict: throws `not-authenticated` for a claim that is absent or of the wrong type. */
  read(claims: VerifiedClaims): P;
}

export const userTokens: TokenKind<UserPrincipal> = {
  audience: 'muster',
  type: 'muster-user+jwt',
  read: (claims) => {
    const role = oneOf(userRoles, claims['role'], 'role') satisfies UserRole;
    return {
      kind: 'user',
      userId: text(claims['sub'], 'sub'),
      username: text(claims['name'], 'name'),
      role,
      permissions: permissionsOf(role),
      credential: {
        kind: 'login',
        loginId: text(claims['sid'], 'sid'),
        feedId: text(claims['fid'], 'fid'),
        feedNumber: count(claims['fno'], 'fno'),
        issuedAtMs: claims.iat * 1000,
      },
      tokenVersion: count(claims['ver'], 'ver'),
      expiresAtMs: claims.exp * 1000,
    };
  },
};

export const serviceTokens: TokenKind<ServicePrincipal> = {
  audience: 'muster-internal',
  type: 'muster-service+jwt',
  read: (claims) => ({
    kind: 'service',
    role: oneOf(serviceRoles, claims['role'], 'role') satisfies ServiceRole,
    instanceId: text(claims['sub'], 'sub'),
    expiresAtMs: claims.exp * 1000,
  }),
};

function text(value: unknown, claim: string): string {
  if (typeof value === 'string' && value !== '' && value.length <= 256) return value;
  throw wrong(claim);
}

function count(value: unknown, claim: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw wrong(claim);
}

function oneOf<const T extends string>(values: readonly T[], value: unknown, claim: string): T {
  const found = values.find((each) => each === value);
  if (found !== undefined) return found;
  throw wrong(claim);
}

function wrong(claim: string): MusterError {
  return new MusterError('not-authenticated', `the token's claim ${claim} is absent or wrong`);
}
