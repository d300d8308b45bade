import { MusterClient, MusterError } from '@muster/client';
import type { LoginView, MeView, Permission } from '@muster/contracts';
import type { LoginStore } from './login-store.js';

/** This Muster installation, as who is logged in sees it. */
export class Installation {
  private constructor(
    readonly client: MusterClient,
    private readonly me: MeView,
    private readonly logins: LoginStore,
  ) {}

  /** Throws what `/v1/auth/me` refuses. */
  static async open(logins: LoginStore): Promise<Installation> {
    const client = clientFor(logins);
    return new Installation(client, await client.request<MeView>('GET', '/v1/auth/me'), logins);
  }

  get user(): MeView['user'] {
    return this.me.user;
  }

  may(permission: Permission): boolean {
    return this.me.permissions.includes(permission);
  }

  /** Ends the login here even where the installation does not answer: the tokens are gone from this browser. */
  async logout(): Promise<void> {
    await this.client
      .request('POST', '/v1/auth/logout', { body: {}, signal: AbortSignal.timeout(logoutMs) })
      .catch(() => {});
    this.logins.forget();
  }
}

const logoutMs = 3000;

/** Logs in and keeps the login. Throws `wrong-credentials` and what else the installation refuses. */
export async function logIn(logins: LoginStore, username: string, password: string): Promise<void> {
  const client = new MusterClient({ baseUrl: location.origin });
  logins.keep(await client.request<LoginView>('POST', '/v1/auth/login', { body: { username, password } }));
}

function clientFor(logins: LoginStore): MusterClient {
  let token = logins.current()?.accessToken ?? '';
  const renewToken = async (): Promise<string> => (token = await logins.inTurn(() => renewed(logins, token)));
  return new MusterClient({ baseUrl: location.origin, token, renewToken });
}

/** The next access token: another tab may have fetched it already. A login that cannot be renewed is over. */
async function renewed(logins: LoginStore, used: string): Promise<string> {
  const login = logins.current();
  if (login === undefined) throw new MusterError('not-authenticated', 'nobody is logged in');
  if (login.accessToken !== used) return login.accessToken;
  const client = new MusterClient({ baseUrl: location.origin });
  try {
    const body = { refreshToken: login.refreshToken };
    const next = await client.request<LoginView>('POST', '/v1/auth/refresh', { body });
    logins.keep(next);
    return next.accessToken;
  } catch (error) {
    if (error instanceof MusterError && error.status < 500 && error.status !== 429) logins.forget();
    throw error;
  }
}
