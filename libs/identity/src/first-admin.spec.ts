import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startIdentity, type IdentityUnderTest } from '@muster/testing';
import { adminPasswordFile, ensureFirstAdmin, type FirstAdminParts } from './first-admin.js';

describe('the first admin', () => {
  let identity: IdentityUnderTest;
  beforeEach(async () => {
    identity = await startIdentity();
  });
  afterEach(() => identity.close());
  const ensure = (change: Partial<FirstAdminParts> = {}) => {
    const { users, passwords, random, dataDir } = identity;
    return ensureFirstAdmin({
      users,
      passwords,
      random,
      dataDir,
      password: undefined,
      production: false,
      print: undefined,
      ...change,
    });
  };
  const login = (password: string) => identity.logins.login({ username: 'admin', password }, '192.0.2.1');

  it('has the password that the operator chose', async () => {
    await ensure({ password: 'chosen by me', production: true });
    await expect(login('chosen by me')).resolves.toMatchObject({ user: { role: 'admin' } });
  });

  it('keeps that password at later starts, which say so when another is chosen', async () => {
    let ignored = 0;
    const onIgnored = () => (ignored += 1);
    await ensure({ password: 'chosen by me', onIgnored });
    await ensure({ password: 'chosen by me', onIgnored });
    expect(ignored).toBe(0);
    await ensure({ password: 'another one', onIgnored });
    expect(ignored).toBe(1);
    await expect(login('chosen by me')).resolves.toBeDefined();
  });

  it('must be given a password in production', async () => {
    await expect(ensure({ production: true })).rejects.toMatchObject({ code: 'admin-password-needed' });
  });

  it('has a random password, shown on the terminal and written nowhere', async () => {
    let shown = '';
    await ensure({ print: (text) => (shown += text) });
    await expect(login(/password (\S+)/.exec(shown)![1]!)).resolves.toBeDefined();
    expect(await readdir(identity.dataDir)).not.toContain(adminPasswordFile);
  });

  it('has a random password in a file for its owner only where there is no terminal', async () => {
    const told: string[] = [];
    await ensure({ onFile: (file) => told.push(file) });
    const path = join(identity.dataDir, adminPasswordFile);
    expect(told).toEqual([path]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await expect(login((await readFile(path, 'utf8')).trim())).resolves.toBeDefined();
  });

  it('is one, with the password in the file, when replicas start at the same moment', async () => {
    await Promise.all([ensure(), ensure(), ensure()]);
    const password = (await readFile(join(identity.dataDir, adminPasswordFile), 'utf8')).trim();
    await expect(login(password)).resolves.toBeDefined();
    expect((await identity.users.page({})).items.length).toBe(1);
  });

  it('leaves no file that would mislead when a replica with another data folder was first', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'muster-elsewhere-'));
    await Promise.all([ensure({ password: 'chosen by me' }), ensure({ dataDir: elsewhere })]);
    const left = await readdir(elsewhere);
    const chosen = await login('chosen by me').then(
      () => true,
      () => false,
    );
    expect(left).toEqual(chosen ? [] : [adminPasswordFile]);
    await rm(elsewhere, { recursive: true });
  });

  it('is left alone where there are users', async () => {
    await identity.createUser('root', 'admin');
    await ensure({ password: 'chosen by me' });
    await expect(login('chosen by me')).rejects.toMatchObject({ code: 'wrong-credentials' });
  });
});
