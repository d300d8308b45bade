import { MusterError } from '@muster/contracts';
import { newId, type Clock, type RandomSource } from '@muster/platform';
import { RevisionConflict, type Collection, type DocumentStore, type StoredDocument } from '@muster/store';
import type { Sealing } from './sealing.js';
import { sameSecret } from './secrets.js';

export interface RefreshTokenSettings {
  /** A login that is not refreshed for so long ends. */
  idleMs: number;
  /** A login ends so long after its beginning, however often it is refreshed. */
  maxAgeMs: number;
  /** How long the token before the newest may come again (two tabs at once, a lost answer); it gets the same answer. */
  graceMs: number;
}

const dayMs = 24 * 3_600_000;
export const defaultRefreshTokens: RefreshTokenSettings = { idleMs: 7 * dayMs, maxAgeMs: 30 * dayMs, graceMs: 10_000 };

/** One login of one user: the family of all refresh tokens that follow from it. */
interface LoginDocument extends StoredDocument {
  userId: string;
  userVersion: number;
  /** The number of the newest token. */
  generation: number;
  rotatedAtMs: number;
  expiresAtMs: number;
  endsAtMs: number;
}

export interface RefreshTokensParts {
  store: DocumentStore;
  sealing: Sealing;
  clock: Clock;
  random: RandomSource;
}

export interface OpenLogin {
  loginId: string;
  userId: string;
  /** The user's version when the login began: a later one has ended it. */
  userVersion: number;
  refreshToken: string;
}

/** A token came again that had been replaced: somebody else has it. The login is ended. */
export class RefreshTokenReused extends MusterError {
  constructor(
    readonly loginId: string,
    readonly userId: string,
  ) {
    super('refresh-token-reused', 'log in again');
  }
}

const form = /^mrt_([\w-]{1,64})\.(\d{1,9})\.([\w-]{43})$/;

/**
 * Rotating refresh tokens. A token is a login, a number and a code over both that only the installation's key makes: the
 * database holds nothing a token could be made of, an old token can be told from an invented one, and a repeat within the
 * grace is answered with the same next token.
 */
export class RefreshTokens {
  private readonly logins: Collection<LoginDocument>;
  private readonly settings: RefreshTokenSettings;

  constructor(
    private readonly parts: RefreshTokensParts,
    settings: Partial<RefreshTokenSettings> = {},
  ) {
    this.settings = { ...defaultRefreshTokens, ...settings };
    this.logins = parts.store.collection({
      name: 'logins',
      indexes: [
        { name: 'user', fields: ['userId'] },
        { name: 'expires', fields: ['expiresAtMs'] },
      ],
    });
  }

  async begin(userId: string, userVersion: number): Promise<OpenLogin> {
    const nowMs = this.parts.clock.nowMs();
    const endsAtMs = nowMs + this.settings.maxAgeMs;
    const document = await this.logins.insert({
      _id: newId('lgn_', this.parts.random),
      version: 1,
      userId,
      userVersion,
      generation: 1,
      rotatedAtMs: nowMs,
      expiresAtMs: Math.min(endsAtMs, nowMs + this.settings.idleMs),
      endsAtMs,
    });
    return this.openLogin(document);
  }

  /**
   * The next token for a token. Throws `not-authenticated` (invented, ended, logged out) or RefreshTokenReused, after which
   * the login is gone and the caller announces it.
   */
  async rotate(refreshToken: string): Promise<OpenLogin> {
    const { loginId, generation } = this.read(refreshToken);
    const login = await this.logins.get(loginId);
    if (login === undefined || this.parts.clock.nowMs() >= login.expiresAtMs) throw refused();
    if (generation === login.generation) return this.advance(login, refreshToken);
    const repeated = generation === login.generation - 1;
    if (repeated && this.parts.clock.nowMs() - login.rotatedAtMs <= this.settings.graceMs) return this.openLogin(login);
    await this.end(loginId);
    throw new RefreshTokenReused(loginId, login.userId);
  }

  /** True when this call ended the login. */
  end(loginId: string): Promise<boolean> {
    return this.logins.remove(loginId);
  }

  async endAllOf(userId: string): Promise<void> {
    for (;;) {
      const { items } = await this.logins.find({ where: { userId }, limit: 200 });
      for (const { _id } of items) await this.logins.remove(_id);
      if (items.length < 200) return;
    }
  }

  /** Removes logins that have ended by themselves. */
  async sweep(): Promise<void> {
    const { items } = await this.logins.find({ where: { expiresAtMs: { lte: this.parts.clock.nowMs() } }, limit: 500 });
    for (const { _id, rev } of items) await this.logins.remove(_id, rev);
  }

  private async advance(login: LoginDocument, refreshToken: string): Promise<OpenLogin> {
    const nowMs = this.parts.clock.nowMs();
    const expiresAtMs = Math.min(login.endsAtMs, nowMs + this.settings.idleMs);
    const next = { ...login, generation: login.generation + 1, rotatedAtMs: nowMs, expiresAtMs };
    try {
      return this.openLogin(await this.logins.replace(next));
    } catch (error) {
      if (!(error instanceof RevisionConflict)) throw error;
      return this.rotate(refreshToken);
    }
  }

  private read(refreshToken: string): { loginId: string; generation: number } {
    const [, loginId, number, code] = form.exec(refreshToken) ?? [];
    if (loginId === undefined || code === undefined) throw refused();
    const generation = Number(number);
    if (!sameSecret(code, this.codeOf(loginId, generation))) throw refused();
    return { loginId, generation };
  }

  private openLogin({ _id, userId, userVersion, generation }: LoginDocument): OpenLogin {
    const refreshToken = `mrt_${_id}.${generation}.${this.codeOf(_id, generation)}`;
    return { loginId: _id, userId, userVersion, refreshToken };
  }

  private codeOf(loginId: string, generation: number): string {
    return this.parts.sealing.code('refresh-token', `${loginId}.${generation}`);
  }
}

function refused(): MusterError {
  return new MusterError('not-authenticated', 'the refresh token is unknown or has ended: log in again');
}
