import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CliError } from '../cli-error.js';

export interface StoredUser {
  id: string;
  username: string;
  role: string;
}

/** A login by name and password: renewed by its refresh token. Or an API token, which lasts as long as it lasts. */
export type StoredLogin =
  | { kind: 'login'; user: StoredUser; accessToken: string; refreshToken: string }
  | { kind: 'token'; user: StoredUser; token: string };

interface Stored {
  /** Address of the last login. */
  current?: string;
  logins: Record<string, StoredLogin>;
}

/** Only its owner reads it. */
const fileMode = 0o600;
const folderMode = 0o700;

/** The logins of this user of this computer, one per installation, in one file that only its owner can read. */
export class LoginStore {
  constructor(readonly file: string) {}

  async current(): Promise<string | undefined> {
    return (await this.#read()).current;
  }

  async loginAt(url: string): Promise<StoredLogin | undefined> {
    return (await this.#read()).logins[url];
  }

  /** Keeps a login; with `isCurrent` its address is the one of commands without `--url` from here on. */
  async keep(url: string, login: StoredLogin, { isCurrent }: { isCurrent: boolean }): Promise<void> {
    const stored = await this.#read();
    await this.#write({
      ...stored,
      ...(isCurrent && { current: url }),
      logins: { ...stored.logins, [url]: login },
    });
  }

  /** The address stays the current one: a login there is what comes next, most likely. */
  async forget(url: string): Promise<void> {
    const stored = await this.#read();
    const { [url]: _forgotten, ...logins } = stored.logins;
    await this.#write({ ...stored, logins });
  }

  /** Whether others than its owner may read the file; no file is no danger. */
  async isOpenToOthers(): Promise<boolean> {
    if (process.platform === 'win32') return false;
    const found = await stat(this.file).catch(() => undefined);
    return found !== undefined && (found.mode & 0o077) !== 0;
  }

  async #read(): Promise<Stored> {
    const text = await readFile(this.file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new CliError('failed', `the stored logins cannot be read: ${error.message}`, {
        fix: `look at ${this.file}`,
      });
    });
    if (text === undefined) return { logins: {} };
    try {
      const stored = JSON.parse(text) as Partial<Stored>;
      return { ...stored, logins: stored.logins ?? {} };
    } catch {
      throw new CliError('failed', `${this.file} is not JSON`, { fix: 'remove it and log in again' });
    }
  }

  /** In one step: who reads meanwhile sees the old file or the new one. */
  async #write(stored: Stored): Promise<void> {
    await mkdir(dirname(this.file), { recursive: true, mode: folderMode });
    const fresh = `${this.file}.${process.pid}`;
    await writeFile(fresh, `${JSON.stringify(stored, undefined, 2)}\n`, { mode: fileMode });
    // The mode above is for a new file only.
    await chmod(fresh, fileMode);
    await rename(fresh, this.file);
  }
}
