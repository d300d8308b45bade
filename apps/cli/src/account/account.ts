import type { MusterClient } from '@muster/client';
import type { LoginView } from '@muster/contracts/wire';
import { CliError } from '../cli-error.js';
import type { LoginStore, StoredLogin } from './login-store.js';

export const defaultUrl = 'http://127.0.0.1:8600';

export interface AccountParts {
  store: LoginStore;
  /** Of `--url` or MUSTER_URL. */
  url: string | undefined;
  /** Of MUSTER_TOKEN. */
  token: string | undefined;
  timeoutMs: number;
  fetch: typeof globalThis.fetch;
}

/** Which installation a command speaks to, and as whom. */
export class Account {
  constructor(private readonly parts: AccountParts) {}

  get store(): LoginStore {
    return this.parts.store;
  }

  /** Whether a token of the environment goes before a stored login. */
  get hasOwnToken(): boolean {
    return this.parts.token !== undefined;
  }

  async url(): Promise<string> {
    return this.parts.url ?? (await this.store.current()) ?? defaultUrl;
  }

  async login(): Promise<StoredLogin | undefined> {
    return this.store.loginAt(await this.url());
  }

  /** Names whom this computer knows: who is logged in. Others are shown by their id. */
  async names(): Promise<(userId: string) => string> {
    const user = (await this.login())?.user;
    return (userId) => (user?.id === userId ? user.username : userId);
  }

  /** A client that is logged in. Throws `notAllowed` when nobody has. */
  async client(): Promise<MusterClient> {
    const url = await this.url();
    if (this.parts.token !== undefined) return this.open(url, { token: this.parts.token });
    const login = await this.store.loginAt(url);
    if (login === undefined)
      throw new CliError('notAllowed', `nobody is logged in at ${url}`, {
        fix: `run \`muster login --url ${url}\`, or set MUSTER_TOKEN`,
      });
    if (login.kind === 'token') return this.open(url, { token: login.token });
    return this.open(url, { token: login.accessToken, renewToken: () => this.#renew(url, login) });
  }

  /** A client without a login, or with this token. */
  async open(url: string, login: { token?: string; renewToken?: () => Promise<string> } = {}): Promise<MusterClient> {
    const { MusterClient } = await import('@muster/client');
    const { timeoutMs, fetch } = this.parts;
    return new MusterClient({ baseUrl: url, timeoutMs, fetch, ...login });
  }

  /** Another command may have renewed the login meanwhile: a refresh token that was used must not come again. */
  async #renew(url: string, used: StoredLogin & { kind: 'login' }): Promise<string> {
    const newest = await this.store.loginAt(url);
    if (newest?.kind === 'login' && newest.accessToken !== used.accessToken) {
      Object.assign(used, newest);
      return newest.accessToken;
    }
    const client = await this.open(url);
    const body = { refreshToken: used.refreshToken };
    const { accessToken, refreshToken } = await client.request<LoginView>('POST', '/v1/auth/refresh', { body });
    Object.assign(used, { accessToken, refreshToken });
    await this.store.keep(url, used, { isCurrent: false });
    return accessToken;
  }
}
