import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { permissions, userRoles, type Permission } from '@muster/contracts';
import { lackingFor, permissionsOf, permissionsWithin, requireCovers } from './permissions.js';
import type { UserPrincipal } from './principal.js';

const somePermissions = fc.subarray([...permissions]);

function userWith(allowed: Iterable<Permission>): UserPrincipal {
  return {
    kind: 'user',
    userId: 'usr_1',
    username: 'ada',
    role: 'user',
    permissions: new Set(allowed),
    tokenVersion: 1,
    credential: { kind: 'api-token', tokenId: 'tok_1' },
    expiresAtMs: 0,
  };
}

describe('permissions', () => {
  it('let nobody grant what they lack, for every pair of permission sets', () => {
    fc.assert(
      fc.property(somePermissions, somePermissions, (own, wanted) => {
        const lacking = lackingFor(new Set(own), wanted);
        const afterwards = new Set([...own, ...wanted.filter((permission) => !lacking.includes(permission))]);
        expect([...afterwards].every((permission) => own.includes(permission))).toBe(true);
        expect(lacking.every((permission) => wanted.includes(permission) && !own.includes(permission))).toBe(true);
      }),
    );
  });

  it.each(userRoles.flatMap((granter) => userRoles.map((wanted) => [granter, wanted] as const)))(
    'let %s give the role %s only when it has all of it',
    (granter, wanted) => {
      const isCovered = [...permissionsOf(wanted)].every((permission) => permissionsOf(granter).has(permission));
      expect(lackingFor(permissionsOf(granter), permissionsOf(wanted)).length === 0).toBe(isCovered);
    },
  );

  it('rise from user to operator to admin, who has all', () => {
    expect(lackingFor(permissionsOf('operator'), permissionsOf('user'))).toEqual([]);
    expect(lackingFor(permissionsOf('admin'), permissionsOf('operator'))).toEqual([]);
    expect([...permissionsOf('admin')].sort()).toEqual([...permissions].sort());
    expect(permissionsOf('operator').has('users:write')).toBe(false);
  });

  it('of an API token are never more than those of its owner now', () => {
    fc.assert(
      fc.property(fc.constantFrom(...userRoles), somePermissions, (role, scopes) => {
        const allowed = [...permissionsWithin(role, scopes)];
        expect(allowed.every((permission) => permissionsOf(role).has(permission) && scopes.includes(permission))).toBe(
          true,
        );
      }),
    );
  });

  it('name what is lacking when a grant is refused', () => {
    expect(() => requireCovers(userWith(['users:write']), ['users:write', 'audit:read'])).toThrow(/audit:read/);
  });
});
