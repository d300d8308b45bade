import { MusterClient, type SessionView } from '@muster/client';
import type { AuditPage, LoginView, NewApiTokenView, UserPage, UserView } from '@muster/contracts';
import {
  PlainClient,
  startSystem,
  systemMode,
  systemNodes,
  TestCatalogue,
  type Answer,
  type SystemAccess,
} from '@muster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainType } from './plain-worker.js';

let catalogue: TestCatalogue;
let system: SystemAccess;
let admin: MusterClient;

beforeAll(async () => {
  catalogue = await TestCatalogue.of({ quiet: plainType() });
  system = await startSystem({ MUSTER_CATALOGUE: catalogue.folder });
  admin = await system.client();
});
afterAll(async () => {
  await system?.dispose();
  await catalogue.remove();
});

const passwordOf = (username: string): string => `${username}-password`;
const newUser = (username: string, role = 'user'): Promise<UserView> =>
  admin.request('POST', '/v1/users', { body: { username, role, password: passwordOf(username) } });
const loginOf = (username: string): Promise<LoginView> => system.login(username, passwordOf(username));
const clientOf = (username: string): Promise<MusterClient> => system.client(username, passwordOf(username));
const refresh = (refreshToken: string): Promise<Answer> =>
  system.ask('POST', '/v1/auth/refresh', { body: { refreshToken } });
const me = (token: string): Promise<Answer> => system.ask('GET', '/v1/auth/me', { token });
const auditOf = async (query: string): Promise<AuditPage['items']> =>
  (await admin.request<AuditPage>('GET', `/v1/audit?${query}`)).items;

async function runAs(client: MusterClient): Promise<SessionView> {
  const { id } = await client.sessions.create({ type: 'quiet' });
  return client.sessions.waitUntil(id, 'running');
}

describe('users', () => {
  it('are made, shown, changed and removed by an admin; no answer has a password', async () => {
    const made = await newUser('mia');
    expect(made).toEqual({
      id: expect.stringMatching(/^usr_/),
      username: 'mia',
      role: 'user',
      disabled: false,
      createdAt: expect.any(String),
    });
    await expect(newUser('mia')).rejects.toMatchObject({ code: 'already-exists' });
    expect(await admin.request('GET', `/v1/users/${made.id}`)).toEqual(made);
    expect((await admin.request<UserPage>('GET', '/v1/users')).items).toContainEqual(made);
    expect(await admin.request('PATCH', `/v1/users/${made.id}`, { body: { role: 'operator' } })).toEqual({
      ...(made as object),
      role: 'operator',
    });
    await admin.request('DELETE', `/v1/users/${made.id}`);
    await expect(admin.request('GET', `/v1/users/${made.id}`)).rejects.toMatchObject({ code: 'unknown-user' });
    expect(
      await system.ask('POST', '/v1/auth/login', { body: { username: 'mia', password: passwordOf('mia') } }),
    ).toMatchObject({ status: 401 });
  });

  it('do what their role allows: users their own sessions, operators those of all, admins the users too', async () => {
    await newUser('uma');
    await newUser('otto', 'operator');
    const [uma, otto] = await Promise.all(['uma', 'otto'].map(clientOf));
    const session = await runAs(uma!);
    expect((await otto!.sessions.list({ owner: session.owner })).items).toMatchObject([{ id: session.id }]);
    await expect(uma!.request('GET', '/v1/nodes')).rejects.toMatchObject({ code: 'not-allowed' });
    expect(await otto!.request('GET', '/v1/nodes')).toMatchObject({
      items: Array.from({ length: systemNodes }, () => ({ state: 'ready' })),
    });
    await expect(
      otto!.request('POST', '/v1/users', { body: { username: 'x', role: 'user', password: 'long enough' } }),
    ).rejects.toMatchObject({ code: 'not-allowed' });
    await otto!.sessions.close(session.id);
    expect(await uma!.sessions.waitUntil(session.id, 'closed')).toMatchObject({ reason: expect.any(String) });
  });

  it('change their own password, which ends every other login of theirs', async () => {
    await newUser('pat');
    const [first, other] = [await loginOf('pat'), await loginOf('pat')];
    const body = { currentPassword: passwordOf('pat'), newPassword: 'another password' };
    expect(
      await system.ask('POST', '/v1/auth/password', {
        token: first.accessToken,
        body: { ...body, currentPassword: 'wrong' },
      }),
    ).toMatchObject({ status: 401 });
    const changed = await system.ask('POST', '/v1/auth/password', { token: first.accessToken, body });
    expect(changed.status).toBe(200);
    expect((await me(String(changed.body['accessToken']))).status).toBe(200);
    await expect.poll(async () => (await me(other.accessToken)).status).toBe(401);
    expect((await refresh(other.refreshToken)).status).toBe(401);
  });

  it('who are disabled lose their sockets at once, their tokens, and their sessions', async () => {
    const { id } = await newUser('dan');
    const dan = await clientOf('dan');
    const { accessToken, refreshToken } = await loginOf('dan');
    const session = await runAs(dan);
    const socket = await PlainClient.connect((await dan.sessions.takeTicket(session.id)).url);
    await socket.next('welcome');
    await admin.request('PATCH', `/v1/users/${id}`, { body: { disabled: true } });
    expect([4401, 4404]).toContain(await socket.ended);
    expect(await admin.sessions.waitUntil(session.id, 'closed')).toMatchObject({
      reason: expect.stringContaining('revoked'),
    });
    expect(system.workersOf(session.id)).toEqual([]);
    await expect.poll(async () => (await me(accessToken)).status).toBeGreaterThanOrEqual(401);
    expect((await refresh(refreshToken)).status).toBeGreaterThanOrEqual(401);
    expect(
      await system.ask('POST', '/v1/auth/login', { body: { username: 'dan', password: passwordOf('dan') } }),
    ).toMatchObject({ status: 403, body: { code: 'account-disabled' } });
  });
});

describe('tokens', () => {
  it('of a login are renewed in turn: a lost answer is given again, an older token revokes the whole login', async () => {
    await newUser('rae');
    const first = await loginOf('rae');
    const second = await refresh(first.refreshToken);
    expect(second).toMatchObject({ status: 200, body: { user: { username: 'rae' } } });
    expect((await refresh(first.refreshToken)).body['refreshToken']).toBe(second.body['refreshToken']);
    const third = await refresh(String(second.body['refreshToken']));
    const reused = await refresh(first.refreshToken);
    expect([reused.status, reused.body['code']]).toEqual([401, 'refresh-token-reused']);
    expect((await refresh(String(third.body['refreshToken']))).status).toBe(401);
    await expect.poll(async () => (await me(String(third.body['accessToken']))).status).toBe(401);
    expect((await refresh('garbage')).status).toBe(401);
  });

  it('of a login end when its user logs out', async () => {
    await newUser('lou');
    const lou = await clientOf('lou');
    const other = await loginOf('lou');
    await lou.logout();
    await expect(lou.request('GET', '/v1/auth/me')).rejects.toMatchObject({ code: 'not-authenticated' });
    expect((await me(other.accessToken)).status).toBe(200);
  });

  it('for programs do only what they are for, and end when they are taken back', async () => {
    await newUser('tom');
    const tom = await clientOf('tom');
    const wanted = { name: 'reads only', scopes: ['sessions:read'], expiresInMs: 60_000 };
    const made = await tom.request<NewApiTokenView>('POST', '/v1/tokens', { body: wanted });
    const ask = (method: string, path: string, body?: unknown): Promise<Answer> =>
      system.ask(method, path, { token: made.token, body });
    expect(await ask('GET', '/v1/sessions')).toMatchObject({ status: 200, body: { items: [] } });
    expect(await ask('POST', '/v1/sessions', { type: 'quiet' })).toMatchObject({
      status: 403,
      body: { code: 'not-allowed' },
    });
    const all = await tom.request('GET', '/v1/tokens');
    expect(JSON.stringify(all)).not.toContain(made.token);
    expect(all).toMatchObject({ items: [{ id: made.id, name: 'reads only', scopes: ['sessions:read'] }] });
    await expect(
      tom.request('POST', '/v1/tokens', { body: { ...wanted, scopes: ['users:write'] } }),
    ).rejects.toMatchObject({ code: 'not-allowed' });
    await tom.request('DELETE', `/v1/tokens/${made.id}`);
    await expect.poll(async () => (await ask('GET', '/v1/sessions')).status).toBe(401);
  });

  it('for programs open sessions and sockets like those of people', async () => {
    const made = await admin.request<NewApiTokenView>('POST', '/v1/tokens', {
      body: { name: 'robot', scopes: ['sessions:read', 'sessions:write'], expiresInMs: 600_000 },
    });
    const robot = new MusterClient({ baseUrl: system.publicUrl, token: made.token });
    const session = await runAs(robot);
    const connection = await robot.connect(session.id);
    await expect(connection.call('only', 'echo', 'beep')).resolves.toBe('beep');
    const closed = new Promise((resolve) => connection.on('state', ({ state }) => state === 'closed' && resolve(true)));
    await admin.request('DELETE', `/v1/tokens/${made.id}`);
    expect(await closed).toBe(true);
    await admin.sessions.close(session.id);
  });
});

describe('guessing a password', () => {
  it('is slowed down for that user and source, with the time to wait, and not for others', async () => {
    await newUser('gil');
    const guess = (): Promise<Answer> =>
      system.ask('POST', '/v1/auth/login', { body: { username: 'gil', password: 'guess' } });
    const answers = await Promise.all(Array.from({ length: 14 }, guess));
    const slowed = answers.filter(({ status }) => status === 429);
    expect(slowed.length).toBeGreaterThan(0);
    expect(slowed[0]).toMatchObject({ body: { code: 'too-many-requests' } });
    expect(Number(slowed[0]!.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await system.login()).user).toMatchObject({ username: 'admin' });
  });
});

describe('the audit log', () => {
  it('shows who did what to whom, from where, and how it ended', async () => {
    const { user } = await system.login();
    const made = await newUser('ann');
    const ann = await loginOf('ann');
    const body = { username: 'x', role: 'admin', password: 'long enough' };
    await system.ask('POST', '/v1/users', { token: ann.accessToken, body });
    const { id } = await admin.sessions.create({ type: 'quiet' });
    await admin.sessions.close(id);
    expect(await auditOf('action=user.create&limit=1')).toMatchObject([
      {
        actor: user.id,
        action: 'user.create',
        target: made.id,
        outcome: 'done',
        source: expect.stringMatching(systemMode === 'cluster' ? /^\d+\.\d+\.\d+\.\d+$/ : /127\.0\.0\.1|::1/),
      },
    ]);
    expect(await auditOf(`actor=${user.id}&limit=2`)).toMatchObject([
      { action: 'session.close', target: id },
      { action: 'session.create', target: id },
    ]);
    await system.ask('POST', '/v1/auth/login', { body: { username: 'ann', password: 'guess' } });
    expect(await auditOf('limit=1')).toMatchObject([{ outcome: 'refused', actor: expect.stringContaining('ann') }]);
    const text = JSON.stringify(await auditOf('limit=200'));
    for (const secret of [system.password, passwordOf('ann'), 'guess', ann.accessToken])
      expect(text).not.toContain(secret);
  });
});
