import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  serviceRoles,
  type LoginView,
  type NewApiTokenView,
  type ProblemDetails,
  type UserView,
} from '@muster/contracts';
import { hostServices, type RunningHost } from '@muster/hosting';
import { authService } from './auth.definition.js';

let dataDir: string;
let running: RunningHost;
let admin: LoginView;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'muster-auth-'));
  const environment = {
    MUSTER_DATA_DIR: dataDir,
    MUSTER_PORT: '0',
    MUSTER_ADMIN_PASSWORD: 'admin-password',
    MUSTER_LOG_LEVEL: 'fatal',
    MUSTER_PASSWORD_MEMORY_KIB: '1024',
  };
  running = await hostServices({ process: 'auth', services: [authService], environment, ownsInstallation: true });
  admin = await (await login('admin', 'admin-password')).json<LoginView>();
});
afterAll(async () => {
  await running.stop();
  await rm(dataDir, { recursive: true, force: true });
});

interface Answer {
  status: number;
  headers: Headers;
  json<T = ProblemDetails>(): Promise<T>;
}
type Call = { token?: string; body?: unknown; inside?: boolean; contentType?: string };

async function call(
  method: string,
  path: string,
  { token, body, inside = false, contentType }: Call = {},
): Promise<Answer> {
  const { publicUrl, internalUrl } = running.host.runtime.addresses;
  const answer = await fetch(`${inside ? internalUrl : publicUrl}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return answer as Answer;
}

function login(username: string, password: string): Promise<Answer> {
  return call('POST', '/v1/auth/login', { body: { username, password } });
}

async function newUser(username: string, role: string): Promise<UserView> {
  const body = { username, role, password: `${username}-password` };
  return (await call('POST', '/v1/users', { token: admin.accessToken, body })).json<UserView>();
}

async function loginOf(username: string): Promise<LoginView> {
  return (await login(username, `${username}-password`)).json<LoginView>();
}

const guarded = [
  ['POST', '/v1/auth/logout'],
  ['POST', '/v1/auth/password'],
  ['GET', '/v1/auth/me'],
  ['GET', '/v1/users'],
  ['POST', '/v1/users'],
  ['GET', '/v1/users/usr_1'],
  ['PATCH', '/v1/users/usr_1'],
  ['DELETE', '/v1/users/usr_1'],
  ['GET', '/v1/tokens'],
  ['POST', '/v1/tokens'],
  ['DELETE', '/v1/tokens/tok_1'],
  ['GET', '/v1/audit'],
] as const;

describe('the public routes of auth', () => {
  it.each(guarded)('%s %s asks for a token', async (method, path) => {
    const answer = await call(method, path, method === 'GET' || method === 'DELETE' ? {} : { body: {} });
    expect([answer.status, (await answer.json()).code]).toEqual([401, 'not-authenticated']);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it.each(guarded)('%s %s takes no token of a service', async (method, path) => {
    const token = await running.host.auth.identity.token();
    const answer = await call(method, path, {
      token,
      ...(method === 'GET' || method === 'DELETE' ? {} : { body: {} }),
    });
    expect(answer.status).toBe(401);
  });

  it('log in, say who that is, refresh and log out', async () => {
    await newUser('ada', 'user');
    const first = await loginOf('ada');
    const me = await (await call('GET', '/v1/auth/me', { token: first.accessToken })).json<object>();
    expect(me).toMatchObject({
      user: { username: 'ada', role: 'user' },
      permissions: expect.arrayContaining(['sessions:write']),
    });
    const body = { refreshToken: first.refreshToken };
    const second = await (await call('POST', '/v1/auth/refresh', { body })).json<LoginView>();
    expect((await call('POST', '/v1/auth/logout', { token: second.accessToken, body: {} })).status).toBe(204);
    await expect.poll(async () => (await call('GET', '/v1/auth/me', { token: second.accessToken })).status).toBe(401);
    const again = await call('POST', '/v1/auth/refresh', { body: { refreshToken: second.refreshToken } });
    expect(again.status).toBe(401);
  });

  it('log out without a body, and everywhere with one', async () => {
    await newUser('erna', 'user');
    const [one, other] = [await loginOf('erna'), await loginOf('erna')];
    expect((await call('POST', '/v1/auth/logout', { token: one.accessToken })).status).toBe(204);
    const everywhere = await call('POST', '/v1/auth/logout', { token: other.accessToken, body: { everywhere: true } });
    expect(everywhere.status).toBe(204);
    expect((await call('POST', '/v1/auth/refresh', { body: { refreshToken: other.refreshToken } })).status).toBe(401);
  });

  it('refuse a wrong password, an unknown name, an unknown member and another content type', async () => {
    const wrong = await login('admin', 'wrong');
    expect([wrong.status, (await wrong.json()).code]).toEqual([401, 'wrong-credentials']);
    expect((await (await login('nobody', 'wrong')).json()).code).toBe('wrong-credentials');
    const more = await call('POST', '/v1/auth/login', { body: { username: 'a', password: 'b', admin: true } });
    expect((await more.json()).errors).toEqual([{ member: 'admin', reason: 'is not a known member' }]);
    const form = await call('POST', '/v1/auth/login', {
      body: 'username=a',
      contentType: 'application/x-www-form-urlencoded',
    });
    expect(form.status).toBe(415);
  });

  it('answer 429 with Retry-After to who guesses', async () => {
    await newUser('bob', 'user');
    const answers: Answer[] = [];
    for (let n = 0; n < 11; n += 1) answers.push(await login('bob', 'wrong'));
    const last = answers.at(-1)!;
    expect([last.status, last.headers.get('retry-after')]).toEqual([429, '1']);
  });

  it('let users change nothing of others', async () => {
    const { id } = await newUser('carl', 'user');
    const { accessToken: token } = await loginOf('carl');
    expect((await call('PATCH', `/v1/users/${id}`, { token, body: { role: 'admin' } })).status).toBe(403);
    expect((await call('GET', '/v1/users', { token })).status).toBe(403);
    expect((await call('GET', '/v1/audit', { token })).status).toBe(403);
  });

  it('take the tokens of a disabled user no more, within seconds', async () => {
    const { id } = await newUser('dora', 'user');
    const { accessToken: token } = await loginOf('dora');
    expect((await call('GET', '/v1/auth/me', { token })).status).toBe(200);
    await call('PATCH', `/v1/users/${id}`, { token: admin.accessToken, body: { disabled: true } });
    await expect.poll(async () => (await call('GET', '/v1/auth/me', { token })).status).toBe(401);
    expect((await (await login('dora', 'dora-password')).json()).code).toBe('account-disabled');
  });

  it('make API tokens that do what their scopes say, and take them back', async () => {
    await newUser('olga', 'operator');
    const { accessToken } = await loginOf('olga');
    const body = { name: 'ci', scopes: ['users:read', 'tokens:read'], expiresInMs: 3_600_000 };
    const made = await (await call('POST', '/v1/tokens', { token: accessToken, body })).json<NewApiTokenView>();
    expect(made.token).toMatch(/^mst_/);
    expect((await call('GET', '/v1/users', { token: made.token })).status).toBe(200);
    expect((await call('GET', '/v1/audit', { token: made.token })).status).toBe(403);
    const more = await call('POST', '/v1/tokens', { token: accessToken, body: { ...body, scopes: ['users:write'] } });
    expect(more.status).toBe(403);
    expect((await call('DELETE', `/v1/tokens/${made.id}`, { token: accessToken })).status).toBe(204);
    await expect.poll(async () => (await call('GET', '/v1/users', { token: made.token })).status).toBe(401);
  });

  it('show admins who did what', async () => {
    const answer = await call('GET', '/v1/audit?action=login&limit=5', { token: admin.accessToken });
    const { items } = await answer.json<{ items: object[] }>();
    expect(items.length).toBeGreaterThan(0);
    expect(JSON.stringify(items)).not.toContain('password');
  });

  it('publish the keys', async () => {
    const { keys } = await (await call('GET', '/.well-known/jwks.json')).json<{ keys: object[] }>();
    expect(keys).toMatchObject([{ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' }]);
    expect(JSON.stringify(keys)).not.toContain('"d"');
  });
});

describe('the internal routes of auth', () => {
  it('are not to be had from outside', async () => {
    const token = await running.host.auth.identity.token();
    expect((await call('GET', '/internal/v1/auth/revocations', { token })).status).toBe(404);
    expect((await call('POST', '/internal/v1/auth/service-tokens', { body: {} })).status).toBe(404);
  });

  it('take no user, however mighty, and nobody without a token', async () => {
    for (const token of [undefined, admin.accessToken]) {
      expect((await call('GET', '/internal/v1/auth/revocations', { token, inside: true })).status).toBe(401);
      const verify = await call('POST', '/internal/v1/auth/api-tokens/verify', {
        token,
        inside: true,
        body: { token: 'mst_x' },
      });
      expect(verify.status).toBe(401);
    }
  });

  it.each(serviceRoles)('give %s a token for its join key, and none for another key', async (role) => {
    const key = (await readFile(join(dataDir, 'keys', `${role}.key`), 'utf8')).trim();
    const admit = (shown: string) => {
      return call('POST', '/internal/v1/auth/service-tokens', {
        inside: true,
        body: { role, key: shown, instanceId: 'svc_1' },
      });
    };
    const { token } = await (await admit(key)).json<{ token: string }>();
    expect((await call('GET', '/internal/v1/auth/revocations', { token, inside: true })).status).toBe(200);
    expect((await admit('x'.repeat(43))).status).toBe(401);
  });
});
