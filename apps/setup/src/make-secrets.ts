import { chown, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ensureSecretFile } from '@muster/identity';
import {
  joiningRoles,
  ownDatabaseUri,
  randomSecret,
  rolesWithDatabase,
  rolesWithInstallationKey,
  usedKey,
} from './installation-secrets.js';

export interface SecretsWanted {
  folder: string;
  /** User ids by service. */
  owners: Readonly<Record<string, number>>;
  /** Host and port of the database server for which passwords are made, unless `mongodbUri` names another one. */
  mongodbHost: string;
  mongodbUri: string | undefined;
  adminPassword: string | undefined;
}

/**
 * Makes the secrets that are missing; what was made before stays, what is given is taken anew. Each service finds its own in
 * `<folder>/<service>`, which only its user can read; auth has the join keys of all in `auth/keys`. Answers the files that it wrote.
 */
export async function makeSecrets(wanted: SecretsWanted): Promise<string[]> {
  const files = new SecretFiles(wanted.folder);
  for (const role of joiningRoles) {
    const key = await files.ensure(`auth/keys/${role}.key`);
    await files.put(`${role}/join.key`, usedKey(key));
  }
  const installationKey = await files.ensure('auth/installation.key');
  for (const service of rolesWithInstallationKey) await files.put(`${service}/installation.key`, installationKey);
  if (wanted.adminPassword === undefined) await files.ensure('auth/admin-password');
  else await files.put('auth/admin-password', wanted.adminPassword);
  const uri = wanted.mongodbUri ?? (await ownDatabase(files, wanted.mongodbHost));
  for (const service of rolesWithDatabase) await files.put(`${service}/mongodb-uri`, uri);
  for (const [service, owner] of Object.entries(wanted.owners)) await files.give(service, owner);
  return files.written;
}

/** Two passwords: that of the server's administrator, and that of the user who may only use our database. */
async function ownDatabase(files: SecretFiles, host: string): Promise<string> {
  await files.ensure('mongo/root-password');
  return ownDatabaseUri(host, await files.ensure('mongo/muster-password'));
}

class SecretFiles {
  readonly written: string[] = [];

  constructor(private readonly folder: string) {}

  /** What the file holds, or a new random secret. */
  async ensure(name: string): Promise<string> {
    const path = await this.pathOf(name);
    const secret = randomSecret();
    const kept = await ensureSecretFile(path, secret);
    if (kept === secret) this.written.push(name);
    return kept;
  }

  async put(name: string, secret: string): Promise<void> {
    const path = await this.pathOf(name);
    const kept = await readFile(path, 'utf8').catch(() => '');
    if (kept.trim() === secret) return;
    const draft = `${path}.${process.pid}`;
    await writeFile(draft, `${secret}\n`, { mode: 0o600 });
    await rename(draft, path);
    this.written.push(name);
  }

  /** Makes a user the only one who can read what a service has. A service without secrets is no error. */
  async give(service: string, owner: number): Promise<void> {
    const folder = join(this.folder, service);
    const names = await readdir(folder, { recursive: true }).catch(() => undefined);
    if (names === undefined) return;
    for (const path of [...names.map((name) => join(folder, name)), folder]) await chown(path, owner, -1);
  }

  private async pathOf(name: string): Promise<string> {
    const path = join(this.folder, name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return path;
  }
}
