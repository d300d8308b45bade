import { readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MusterError } from '@muster/contracts';
import type { RandomSource } from '@muster/platform';
import type { Users } from './users.js';

export interface FirstAdminParts {
  users: Users;
  random: RandomSource;
  /** The operator's choice; undefined = a random one, in development only. */
  password: string | undefined;
  production: boolean;
  dataDir: string;
  /** Shows text to the person at the terminal; undefined when there is none. */
  print: ((text: string) => void) | undefined;
}

/** Production must be told the first admin's password. */
export class AdminPasswordNeeded extends Error {
  override readonly name = 'AdminPasswordNeeded';
  readonly code = 'admin-password-needed';
  constructor() {
    super('there is no user yet: set MUSTER_ADMIN_PASSWORD or MUSTER_ADMIN_PASSWORD_FILE for the user admin');
  }
}

/** The file that has the random password where there is no terminal. */
export const adminPasswordFile = 'admin-password';

/**
 * Makes the user `admin` when there is no user at all; later the setting changes nothing. A random password is shown on a
 * terminal only, otherwise it stands in a file that only its owner can read. It never goes to the log.
 */
export async function ensureFirstAdmin(parts: FirstAdminParts): Promise<void> {
  const { users, password, production, print, random } = parts;
  if (!(await users.isEmpty())) return;
  if (password !== undefined) return createAdmin(users, password).then(() => undefined);
  if (production) throw new AdminPasswordNeeded();
  if (print === undefined) return createWithFile(parts);
  const made = random.secret(15);
  if (await createAdmin(users, made)) print(`First login: user admin, password ${made}\n`);
}

/** The file comes first, so that no crash leaves an account whose password nobody knows. */
async function createWithFile({ users, random, dataDir }: FirstAdminParts): Promise<void> {
  const path = join(dataDir, adminPasswordFile);
  const made = random.secret(15);
  const isOurs = await writeFile(path, `${made}\n`, { mode: 0o600, flag: 'wx' }).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
  const password = isOurs ? made : (await readFile(path, 'utf8')).trim();
  const created = await createAdmin(users, password);
  // Another replica, with a data folder of its own, was first: our file would mislead.
  if (!created && isOurs) await unlink(path);
}

/** False when another replica was first. */
async function createAdmin(users: Users, password: string): Promise<boolean> {
  try {
    await users.create({ username: 'admin', password, role: 'admin' });
    return true;
  } catch (error) {
    if (error instanceof MusterError && error.code === 'already-exists') return false;
    throw error;
  }
}
