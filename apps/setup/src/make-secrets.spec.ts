import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serviceRoles } from '@muster/contracts';
import { JoinKeys, Sealing } from '@muster/identity';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeSecrets, type SecretsWanted } from './make-secrets.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-setup-'));
});
afterEach(() => rm(folder, { recursive: true }));

const make = (wanted: Partial<SecretsWanted> = {}): Promise<string[]> =>
  makeSecrets({
    folder,
    owners: {},
    mongodbHost: 'mongo:27017',
    mongodbUri: undefined,
    adminPassword: undefined,
    ...wanted,
  });
const secret = async (name: string): Promise<string> => (await readFile(join(folder, name), 'utf8')).trim();

async function contents(): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  return Object.fromEntries(
    await Promise.all(files.map(async (path) => [path, await readFile(path, 'utf8')] as const)),
  );
}

describe('the setup of an installation', () => {
  it('gives every service a join key that auth accepts for its role alone', async () => {
    await make();
    const keys = await JoinKeys.read(join(folder, 'auth/keys'));
    const joining = serviceRoles.filter((role) => role !== 'front-door' && role !== 'launcher');
    for (const role of joining) {
      const key = await secret(`${role}/join.key`);
      expect(serviceRoles.filter((each) => keys.accepts(each, key))).toEqual([role]);
    }
  });

  it('gives the installation key and the database to those alone who need them', async () => {
    await make();
    const having = async (name: string): Promise<string[]> =>
      (await readdir(folder, { recursive: true })).filter((path) => path.endsWith(`/${name}`)).sort();
    expect(await having('installation.key')).toEqual(['auth/installation.key', 'session/installation.key']);
    const key = await secret('session/installation.key');
    expect(key).toBe(await secret('auth/installation.key'));
    expect(() => new Sealing(key)).not.toThrow();
    expect(await having('mongodb-uri')).toEqual(
      ['auth', 'global-directory', 'global-session', 'session'].map((service) => `${service}/mongodb-uri`),
    );
    expect(await secret('auth/mongodb-uri')).toBe(
      `mongodb://muster:${await secret('mongo/muster-password')}@mongo:27017/muster`,
    );
  });

  it('lets nobody but the owner read a secret', async () => {
    await make();
    const modes = await Promise.all(
      Object.keys(await contents()).map(async (path) => ((await stat(path)).mode & 0o777).toString(8)),
    );
    expect(new Set(modes)).toEqual(new Set(['600']));
    expect((await stat(join(folder, 'relay'))).mode & 0o777).toBe(0o700);
  });

  it('changes nothing when it runs again', async () => {
    await make();
    const before = await contents();
    expect(await make()).toEqual([]);
    expect(await contents()).toEqual(before);
  });

  it('takes a password and a database that are given, also later', async () => {
    await make();
    const written = await make({ adminPassword: 'correct horse', mongodbUri: 'mongodb://elsewhere/muster' });
    expect(written).toContain('auth/admin-password');
    expect(await secret('auth/admin-password')).toBe('correct horse');
    expect(await secret('session/mongodb-uri')).toBe('mongodb://elsewhere/muster');
  });

  it('hands each folder to the user of its service', async () => {
    const uid = process.getuid?.() ?? 0;
    await make({ owners: { auth: uid, mongo: uid, nobody: uid } });
    expect((await stat(join(folder, 'auth/keys/relay.key'))).uid).toBe(uid);
  });
});
