import { MusterError, permissions, type Permission, type UserRole } from '@muster/contracts';
import type { UserPrincipal } from './principal.js';

const ofUser: readonly Permission[] = [
  'sessions:read',
  'sessions:write',
  'catalogue:read',
  'placements:explain',
  'queue:read',
  'tokens:read',
  'tokens:write',
];

const ofOperator: readonly Permission[] = [
  ...ofUser,
  'sessions:read-all',
  'sessions:write-all',
  'nodes:read',
  'nodes:drain',
  'system:read',
  'system:debug',
  'system:write',
  'users:read',
  'audit:read',
];

/** What each role allows: the only such table. */
const table: Readonly<Record<UserRole, ReadonlySet<Permission>>> = {
  user: new Set(ofUser),
  operator: new Set(ofOperator),
  admin: new Set(permissions),
};

export function permissionsOf(role: UserRole): ReadonlySet<Permission> {
  return table[role];
}

/** What an API token allows now: its scopes, as far as its owner's role still has them. */
export function permissionsWithin(role: UserRole, scopes: readonly Permission[]): ReadonlySet<Permission> {
  return new Set(scopes.filter((scope) => table[role].has(scope)));
}

/** The one rule for every grant (role, scope, power over an account): what of `wanted` the granter lacks. Empty = may grant. */
export function lackingFor(granter: ReadonlySet<Permission>, wanted: Iterable<Permission>): Permission[] {
  return [...new Set(wanted)].filter((permission) => !granter.has(permission));
}

/** Throws `not-allowed` when `granter` would give, or take power over, what it does not have itself. */
export function requireCovers(granter: UserPrincipal, wanted: Iterable<Permission>): void {
  const lacking = lackingFor(granter.permissions, wanted);
  if (lacking.length === 0) return;
  throw new MusterError('not-allowed', `nobody grants what they lack: ${lacking.join(', ')}`);
}
