import { MusterError, permissions, type Permission, type ServiceRole, type UserRole } from '@muster/contracts';
import type { Principal, ServicePrincipal, UserPrincipal } from './principal.js';

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

/** The user who makes the request; throws `not-allowed` unless the token allows `permission`. */
export function requirePermission(principal: Principal, permission: Permission): UserPrincipal {
  if (principal.kind !== 'user') throw new MusterError('not-allowed', 'this is for users');
  if (principal.permissions.has(permission)) return principal;
  throw new MusterError('not-allowed', `the token does not allow ${permission}`);
}

/** The service that makes the request; throws `not-allowed` for anybody else. No roles given = any service. */
export function requireService(principal: Principal, ...roles: ServiceRole[]): ServicePrincipal {
  if (principal.kind !== 'service') throw new MusterError('not-allowed', 'this is for services');
  if (roles.length === 0 || roles.includes(principal.role)) return principal;
  throw new MusterError('not-allowed', `the service ${principal.role} may not do this`);
}
