import {
  BooleanField,
  EnumField,
  EnumListField,
  IntegerField,
  NestedField,
  NestedListField,
  QueryIntegerField,
  TextField,
  TimeField,
} from './fields.js';

export const userRoles = ['admin', 'operator', 'user'] as const;
export type UserRole = (typeof userRoles)[number];

/** What a user or an API token may be allowed. An API token's scopes are a choice of these. */
export const permissions = [
  'sessions:read',
  'sessions:write',
  'sessions:read-all',
  'sessions:write-all',
  'catalogue:read',
  'catalogue:write',
  'placements:explain',
  'nodes:read',
  'nodes:drain',
  'queue:read',
  'system:read',
  'system:debug',
  'system:write',
  'tokens:read',
  'tokens:write',
  'users:read',
  'users:write',
  'audit:read',
] as const;
export type Permission = (typeof permissions)[number];

/** Every kind of service that has a join key of its own. */
export const serviceRoles = [
  'auth',
  'global-session',
  'session',
  'global-directory',
  'local-directory',
  'relay',
  'console',
  'front-door',
  'launcher',
] as const;
export type ServiceRole = (typeof serviceRoles)[number];

const username = {
  maxLength: 63,
  pattern: /^[a-zA-Z0-9][a-zA-Z0-9._@-]*$/,
  patternName: 'letters, digits and . _ @ -, a letter or digit first',
  example: 'ada',
};
const newPassword = { minLength: 8, maxLength: 256, example: 'correct horse battery' };

export class Login {
  @TextField({ maxLength: 128, example: 'admin' }) username: string;
  @TextField({ maxLength: 256, example: 'first-session' }) password: string;
}

export class RefreshLogin {
  @TextField({ maxLength: 512 }) refreshToken: string;
}

export class Logout {
  @BooleanField({ optional: true, default: false, description: 'Ends all logins of this user, not only this one' })
  everywhere?: boolean;
}

export class ChangePassword {
  @TextField({ maxLength: 256 }) currentPassword: string;
  @TextField(newPassword) newPassword: string;
}

/** One public key (RFC 8037). */
export class PublicKeyView {
  @TextField({ example: 'OKP' }) kty: string;
  @TextField({ example: 'Ed25519' }) crv: string;
  @TextField({ description: 'The key' }) x: string;
  @TextField({ description: 'Its id, as tokens name it' }) kid: string;
  @TextField({ example: 'EdDSA' }) alg: string;
  @TextField({ example: 'sig' }) use: string;
}

/** The public keys that access tokens are verified with (RFC 7517). */
export class KeySetView {
  @NestedListField(() => PublicKeyView) keys: PublicKeyView[];
}

export class UserView {
  @TextField() id: string;
  @TextField() username: string;
  @EnumField(userRoles, 'UserRole') role: UserRole;
  @BooleanField() disabled: boolean;
  @TimeField() createdAt: string;
}

export class LoginView {
  @TextField({ maxLength: 4096, description: 'Goes into `Authorization: Bearer`' }) accessToken: string;
  @TextField({ maxLength: 512, description: 'Good for one refresh; each refresh answers the next one' })
  refreshToken: string;
  @TimeField({ description: 'End of the access token' }) expiresAt: string;
  @NestedField(() => UserView) user: UserView;
}

export class MeView {
  @NestedField(() => UserView) user: UserView;
  @EnumListField(permissions, 'Permission', { description: 'What the token of this request allows' })
  permissions: Permission[];
  @TimeField({ description: 'End of the token of this request' }) expiresAt: string;
}

export class CreateUser {
  @TextField(username) username: string;
  @TextField(newPassword) password: string;
  @EnumField(userRoles, 'UserRole') role: UserRole;
}

export class ChangeUser {
  @EnumField(userRoles, 'UserRole', { optional: true }) role?: UserRole;
  @BooleanField({ optional: true, description: 'Closes the sockets and ends the sessions of the user' })
  disabled?: boolean;
  @TextField({ ...newPassword, optional: true, description: 'Ends all logins of the user' }) password?: string;
}

export class ListUsersQuery {
  @QueryIntegerField({ optional: true, min: 1, max: 200, default: 50 }) limit?: number;
  @TextField({ optional: true, maxLength: 2048 }) cursor?: string;
}

export class UserPage {
  @NestedListField(() => UserView) items: UserView[];
  @TextField({ optional: true, maxLength: 2048 }) nextCursor?: string;
}

export class CreateApiToken {
  @TextField({ maxLength: 64, example: 'nightly runs' }) name: string;
  @EnumListField(permissions, 'Permission', { description: 'At most what the caller may do' }) scopes: Permission[];
  @IntegerField({ min: 60_000, max: 366 * 24 * 3_600_000, description: 'Lifetime in ms, from now' })
  expiresInMs: number;
}

export class ApiTokenView {
  @TextField() id: string;
  @TextField() name: string;
  @EnumListField(permissions, 'Permission') scopes: Permission[];
  @TimeField() createdAt: string;
  @TimeField() expiresAt: string;
}

export class NewApiTokenView extends ApiTokenView {
  @TextField({ description: 'Shown only now' }) token: string;
}

export class ApiTokenPage {
  @NestedListField(() => ApiTokenView) items: ApiTokenView[];
  @TextField({ optional: true, maxLength: 2048 }) nextCursor?: string;
}

export const auditOutcomes = ['done', 'refused', 'failed'] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

export class AuditEntryView {
  @TextField() id: string;
  @TimeField() at: string;
  @TextField({ description: 'Who: a user id, or service:<role>:<instance>, or the name given at a failed login' })
  actor: string;
  @TextField({ example: 'user.create' }) action: string;
  @TextField({ description: 'What it was done to; - if there is none' }) target: string;
  @TextField({ description: "The caller's network address" }) source: string;
  @EnumField(auditOutcomes, 'AuditOutcome') outcome: AuditOutcome;
  @TextField({ minLength: 0 }) detail: string;
}

export class ListAuditQuery {
  @TextField({ optional: true, maxLength: 128 }) actor?: string;
  @TextField({ optional: true, maxLength: 64 }) action?: string;
  @QueryIntegerField({ optional: true, min: 1, max: 200, default: 50 }) limit?: number;
  @TextField({ optional: true, maxLength: 2048 }) cursor?: string;
}

export class AuditPage {
  @NestedListField(() => AuditEntryView) items: AuditEntryView[];
  @TextField({ optional: true, maxLength: 2048 }) nextCursor?: string;
}
