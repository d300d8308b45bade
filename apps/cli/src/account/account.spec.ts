import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeInstallation } from '@muster/testing';
import { Account } from './account.js';
import { loginFile } from './config-folder.js';
import { LoginStore, type StoredLogin } from './login-store.js';

const user = { id: 'usr_1', username: 'ada', role: 'user' };
const login: StoredLogin = { kind: 'login', user, accessToken: 'access-0', refreshToken: 'refresh-0' };
const here = 'http://127.0.0.1:8600';

let folder: string;
let store: LoginStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-logins-'));
  store = new LoginStore(join(folder, 'muster/logins.json'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('stored logins', () => {
  it('are in a file and a folder that only their owner can read', async () => {
    await store.keep(here, login, { isCurrent: true });
    expect((await stat(store.file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'muster'))).mode & 0o777).toBe(0o700);
    expect(await store.isOpenToOthers()).toBe(false);
  });

  it('that others can read are noticed, and closed by the next write', async () => {
    await store.keep(here, login, { isCurrent: true });
    await chmod(store.file, 0o644);
    expect(await store.isOpenToOthers()).toBe(true);
    await store.keep(here, login, { isCurrent: false });
    expect(await store.isOpenToOthers()).toBe(false);
  });

  it('are one per address; the last one logged in to is the current one', async () => {
    await store.keep(here, login, { isCurrent: true });
    await store.keep('https://other.example', { ...login, accessToken: 'other' }, { isCurrent: true });
    await store.keep(here, { ...login, accessToken: 'renewed' }, { isCurrent: false });
    expect(await store.current()).toBe('https://other.example');
    expect(await store.loginAt(here)).toMatchObject({ accessToken: 'renewed' });
    await store.forget('https://other.example');
    expect([await store.current(), await store.loginAt('https://other.example')]).toEqual([
      'https://other.example',
      undefined,
    ]);
  });

  it('that are no JSON are told with their file', async () => {
    await store.keep(here, login, { isCurrent: true });
    await writeFile(store.file, 'no json');
    await expect(store.current()).rejects.toThrow(`${store.file} is not JSON`);
  });

  it('are where XDG_CONFIG_HOME says, else in the home folder', () => {
    expect(loginFile({ XDG_CONFIG_HOME: '/config' })).toBe('/config/muster/logins.json');
    expect(loginFile({ XDG_CONFIG_HOME: '', HOME: '/home' })).toBe('/home/.config/muster/logins.json');
  });
});

describe('an account', () => {
  let installation: FakeInstallation;
  beforeEach(async () => {
    installation = await FakeInstallation.start();
  });
  afterEach(() => installation.stop());

  const account = (more: { url?: string; token?: string } = {}): Account =>
    new Account({
      store,
      timeoutMs: 5000,
      url: installation.baseUrl,
      token: undefined,
      fetch: globalThis.fetch,
      ...more,
    });

  it('has the address that is given, else that of the last login, else the usual one', async () => {
    expect(await account({ url: undefined }).url()).toBe(here);
    await store.keep('https://last.example', login, { isCurrent: true });
    expect(await account({ url: undefined }).url()).toBe('https://last.example');
    expect(await account({ url: 'https://given.example' }).url()).toBe('https://given.example');
  });

  it('without a login says how to log in', async () => {
    await expect(account().client()).rejects.toMatchObject({
      exit: 'notAllowed',
      fix: expect.stringContaining(`muster login --url ${installation.baseUrl}`),
    });
  });

  it('renews a login that has ended, and keeps the new one', async () => {
    await store.keep(installation.baseUrl, login, { isCurrent: true });
    const client = await account().client();
    expect(await client.sessions.get('ses_1')).toMatchObject({ state: 'queued' });
    expect(await store.loginAt(installation.baseUrl)).toMatchObject({
      accessToken: 'access-1',
      refreshToken: 'refresh-1',
    });
  });

  it('takes what another command has renewed meanwhile: no refresh token is used twice', async () => {
    await store.keep(installation.baseUrl, login, { isCurrent: true });
    const [first, second] = [await account().client(), await account().client()];
    await first.sessions.get('ses_1');
    await second.sessions.get('ses_1');
    const refreshes = installation.calls.filter(({ path }) => path === '/v1/auth/refresh');
    expect(refreshes.map(({ body }) => body)).toEqual([{ refreshToken: 'refresh-0' }]);
  });

  it('uses the token of its environment before a stored login, and writes it nowhere', async () => {
    await store.keep(installation.baseUrl, login, { isCurrent: true });
    const client = await account({ token: 'access-of-environment' }).client();
    await expect(client.sessions.get('ses_1')).rejects.toMatchObject({ code: 'token-expired' });
    expect(installation.calls.at(-1)?.headers.authorization).toBe('Bearer access-of-environment');
    expect(await readFile(store.file, 'utf8')).not.toContain('of-environment');
  });
});
