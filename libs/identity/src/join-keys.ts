import { randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { serviceRoles, type ServiceRole } from '@muster/contracts';
import { ensureSecretFile } from './secret-file.js';
import { sameSecret } from './secrets.js';

const keyBytes = 32;
const minKeyCharacters = 32;

/** Files of one installation's keys. */
export interface KeyFiles {
  folder: string;
  /** Of auth and the session services: seals what the database keeps. */
  installationKey: string;
  /** Shown to auth for a token of the role. */
  joinKeys: Readonly<Record<ServiceRole, string>>;
}

/** For a launcher on one computer: makes the keys that are missing, each readable by its owner only, in `<dataDir>/keys`. */
export async function ensureKeyFiles(dataDir: string): Promise<KeyFiles> {
  const folder = join(dataDir, 'keys');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const files = keyFilesIn(folder);
  for (const path of [files.installationKey, ...Object.values(files.joinKeys)]) {
    await ensureSecretFile(path, randomBytes(keyBytes).toString('base64url'));
  }
  return files;
}

function keyFilesIn(folder: string): KeyFiles {
  const entries = serviceRoles.map((role) => [role, join(folder, `${role}.key`)] as const);
  const joinKeys = Object.fromEntries(entries) as Record<ServiceRole, string>;
  return { folder, installationKey: join(folder, 'installation.key'), joinKeys };
}

/** The join keys that auth accepts. A role may have several at a time, so that one can be replaced without a pause. */
export class JoinKeys {
  constructor(private readonly keys: ReadonlyMap<ServiceRole, readonly string[]>) {}

  /** Reads `<role>.key` files: one key a line, each of at least 32 characters; other lines are no keys. A role without a file cannot join. */
  static async read(folder: string): Promise<JoinKeys> {
    const present = new Set(await readdir(folder));
    const roles = serviceRoles.filter((role) => present.has(`${role}.key`));
    const read = async (role: ServiceRole): Promise<readonly [ServiceRole, string[]]> => {
      const lines = (await readFile(join(folder, `${role}.key`), 'utf8')).split('\n').map((line) => line.trim());
      return [role, lines.filter((line) => line.length >= minKeyCharacters)];
    };
    return new JoinKeys(new Map(await Promise.all(roles.map(read))));
  }

  accepts(role: ServiceRole, key: string): boolean {
    return (this.keys.get(role) ?? []).some((known) => sameSecret(known, key));
  }
}
