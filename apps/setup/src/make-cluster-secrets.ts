import type { SecretObjects } from './cluster-secrets.js';
import {
  joiningRoles,
  ownDatabaseUri,
  randomSecret,
  rolesWithInstallationKey,
  usedKey,
} from './installation-secrets.js';

export interface ClusterSecretsWanted {
  secrets: SecretObjects;
  /** Host and port of the database server for which passwords are made, unless `mongodbUri` names another one. */
  mongodbHost: string;
  mongodbUri: string | undefined;
  adminPassword: string | undefined;
}

type Contents = Record<string, string>;

/**
 * Makes the Secrets that are missing, one for each service (`muster-<service>`), with what it alone may read; auth has the join keys
 * of all in a second one, the database is told by a Secret of its own. A Secret that is there stays, whatever is given now. Throws
 * when one of them lacks what its service needs: somebody else made it, and must complete it.
 */
export async function makeClusterSecrets({ secrets, ...wanted }: ClusterSecretsWanted): Promise<void> {
  const ensure = async (name: string, contents: Contents): Promise<Contents> =>
    complete(name, await secrets.ensure(name, () => contents), Object.keys(contents));
  const keys = await ensure(
    'muster-auth-keys',
    Object.fromEntries(joiningRoles.map((role) => [`${role}.key`, randomSecret()])),
  );
  const joinKey = (role: string): Contents => ({ 'join.key': usedKey(keys[`${role}.key`] ?? '') });
  const { 'installation.key': installationKey = '' } = await ensure('muster-auth', {
    ...joinKey('auth'),
    'installation.key': randomSecret(),
    'admin-password': wanted.adminPassword ?? randomSecret(),
  });
  const hasInstallationKey = (role: string): boolean => rolesWithInstallationKey.some((each) => each === role);
  for (const role of joiningRoles.filter((each) => each !== 'auth'))
    await ensure(`muster-${role}`, {
      ...joinKey(role),
      ...(hasInstallationKey(role) ? { 'installation.key': installationKey } : {}),
    });
  await ensure('muster-database', {
    'mongodb-uri': wanted.mongodbUri ?? (await ownDatabase(ensure, wanted.mongodbHost)),
  });
}

/** Two passwords: that of the server's administrator, and that of the user who may only use our database. */
async function ownDatabase(
  ensure: (name: string, contents: Contents) => Promise<Contents>,
  host: string,
): Promise<string> {
  const made = { 'root-password': randomSecret(), 'muster-password': randomSecret() };
  return ownDatabaseUri(host, (await ensure('muster-mongo', made))['muster-password'] ?? '');
}

function complete(name: string, kept: Contents, needed: readonly string[]): Contents {
  const missing = needed.filter((key) => (kept[key] ?? '') === '');
  if (missing.length > 0)
    throw new TypeError(`the Secret ${name} is there without ${missing.join(', ')}: add it, or delete the Secret`);
  return kept;
}
