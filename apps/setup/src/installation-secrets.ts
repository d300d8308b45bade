import { randomBytes } from 'node:crypto';
import { serviceRoles } from '@muster/contracts';

/** What sealing needs of a key; passwords are as long. */
const secretBytes = 32;

/** The front door asks nobody, and there is no launcher where a setup runs. */
export const joiningRoles = serviceRoles.filter((role) => role !== 'front-door' && role !== 'launcher');
export const rolesWithDatabase = ['auth', 'global-session', 'session', 'global-directory'] as const;
export const rolesWithInstallationKey = ['auth', 'session'] as const;

export function randomSecret(): string {
  return randomBytes(secretBytes).toString('base64url');
}

/** Of the keys that auth accepts for a role, one a line, while one is being replaced, the service uses the first. */
export function usedKey(accepted: string): string {
  return accepted.split('\n')[0]?.trim() ?? accepted;
}

/** Of the server for which passwords are made: the user who may use our database and nothing else. */
export function ownDatabaseUri(host: string, password: string): string {
  return `mongodb://muster:${password}@${host}/muster`;
}
