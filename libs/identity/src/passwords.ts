import { MusterError } from '@muster/contracts';

/** Cost of one argon2id hash (RFC 9106). The defaults are OWASP's: about 40 ms and 19 MiB. */
export interface PasswordSettings {
  memoryKiB: number;
  passes: number;
  lanes: number;
  /** Hashes computed at the same time; each takes `memoryKiB` and a thread. */
  maxParallel: number;
  /** Hashes that wait for their turn; more are refused with 429. */
  maxWaiting: number;
}

export const defaultPasswordSettings: PasswordSettings = {
  memoryKiB: 19_456,
  passes: 2,
  lanes: 1,
  maxParallel: 2,
  maxWaiting: 64,
};

/** Of `new password` in UTF-16 units; also stated in the contracts. */
export const minPasswordLength = 8;

/** Loaded where a password is hashed: most services never do. */
const argon2 = () => import('argon2');

/**
 * Hashes and checks passwords. An unknown user costs as much work as a known one, so that the time of an answer does not
 * tell which names exist.
 */
export class Passwords {
  private readonly options: { memoryCost: number; timeCost: number; parallelism: number };
  private readonly waiting: (() => void)[] = [];
  private running = 0;
  private decoy: Promise<string> | undefined;

  constructor(private readonly settings: PasswordSettings = defaultPasswordSettings) {
    const { memoryKiB, passes, lanes } = settings;
    this.options = { memoryCost: memoryKiB, timeCost: passes, parallelism: lanes };
  }

  /** Throws `invalid-request` for a password that is too short, `too-many-requests` when too many wait. */
  async hash(password: string): Promise<string> {
    if (password.length < minPasswordLength) {
      throw new MusterError('invalid-request', `a password has at least ${minPasswordLength} characters`);
    }
    return this.inTurn(() => this.hashNow(password));
  }

  /** `kept` undefined = there is no such user: takes as long and answers false. */
  async matches(kept: string | undefined, password: string): Promise<boolean> {
    return this.inTurn(async () => {
      const { verify } = await argon2();
      const matched = await verify(kept ?? (await this.decoyHash()), password);
      return matched && kept !== undefined;
    });
  }

  /** True when a hash was made with other costs than today's. */
  async isOutdated(kept: string): Promise<boolean> {
    const { needsRehash } = await argon2();
    return needsRehash(kept, this.options);
  }

  /** Makes the hash for unknown users ahead, so that the first of them does not take longer. */
  async prepare(): Promise<void> {
    await this.decoyHash();
  }

  private decoyHash(): Promise<string> {
    this.decoy ??= this.hashNow('nobody has this password');
    return this.decoy;
  }

  private async hashNow(password: string): Promise<string> {
    const { argon2id, hash } = await argon2();
    return hash(password, { ...this.options, type: argon2id });
  }

  private async inTurn<T>(task: () => Promise<T>): Promise<T> {
    if (this.running >= this.settings.maxParallel) await this.turn();
    else this.running += 1;
    try {
      return await task();
    } finally {
      const next = this.waiting.shift();
      // The place is handed over, not given back, so that nobody slips in between.
      if (next !== undefined) next();
      else this.running -= 1;
    }
  }

  private turn(): Promise<void> {
    if (this.waiting.length >= this.settings.maxWaiting) {
      throw new MusterError('too-many-requests', 'too many logins at once', { retryAfterMs: 1000 });
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}
