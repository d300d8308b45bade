import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { MusterError } from '@muster/contracts';
import type { RandomSource } from '@muster/platform';
import type { Passwords } from './passwords.js';
import { ensureSecretFile } from './secret-file.js';
import type { Users } from './users.js';

export interface FirstAdminParts {
  users: Users;
  passwords: Passwords;
  random: RandomSource;
  /** The operator's choice; undefined = a random one, in development only. */
  password: string | undefined;
  production: boolean;
  dataDir: string;
  /** Shows text to the person at the terminal; undefined when there is none. */
  print: ((text: string) => void) | undefined;
  /** Told the path of the file with the random password, never the password. */
  onFile?: (path: string) => void;
  /** Told when the chosen password is not that of the admin who is there already. */
  onIgnored?: () => void;
}

/** Production must be told the first admin's password. */
export class AdminPasswordNeeded extends Error {
  override readonly name = 'AdminPasswordNeeded';
  readonly code = 'admin-password-needed';
  constructor() {
    super('there is no user yet: set MUSTER_ADMIN_PASSWORD or MUSTER_ADMIN_PASSWORD_FILE for the user admin');
  }
}

const adminName = 'admin';

/** The file that has the random password where there is no terminal. */
export const adminPasswordFile = 'admin-password';

/**
 * Makes the user `admin` when there is no user at all; later the setting changes nothing. A random password is shown on a
 * terminal only, otherwise it stands in a file that only its owner can read. It never goes to the log.
 */
export async function ensureFirstAdmin(parts: FirstAdminParts): Promise<void> {
  const { users, password, production, print, random } = parts;
  if (!(await users.isEmpty())) return tellIgnored(parts);
  if (password !== undefined) return createAdmin(users, password).then(() => undefined);
  if (production) throw new AdminPasswordNeeded();
  if (print === undefined) return createWithFile(parts);
  const made = random.secret(15);
  if (await createAdmin(users, made)) print(`First login: user admin, password ${made}\n`);
}

async function tellIgnored({ users, passwords, password, onIgnored }: FirstAdminParts): Promise<void> {
  const admin = password === undefined ? undefined : await users.findByName(adminName);
  if (password === undefined || admin === undefined) return;
  if (!(await passwords.matches(admin.passwordHash, password))) onIgnored?.();
}

/** The file comes first, so that no crash leaves an account whose password nobody knows. */
async function createWithFile({ users, passwords, random, dataDir, onFile }: FirstAdminParts): Promise<void> {
  const path = join(dataDir, adminPasswordFile);
  const password = await ensureSecretFile(path, random.secret(15));
  if (await createAdmin(users, password)) return onFile?.(path);
  // Another replica was first. When its data folder is not ours, our file would mislead.
  const admin = await users.findByName(adminName);
  if (!(await passwords.matches(admin?.passwordHash, password))) await unlink(path);
}

/** False when another replica was first. */
async function createAdmin(users: Users, password: string): Promise<boolean> {
  try {
    await users.create({ username: adminName, password, role: 'admin' });
    return true;
  } catch (error) {
    if (error instanceof MusterError && error.code === 'already-exists') return false;
    throw error;
  }
}
