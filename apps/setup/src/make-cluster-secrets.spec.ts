import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serviceRoles } from '@muster/contracts';
import { JoinKeys, Sealing } from '@muster/identity';
import { describe, expect, it } from 'vitest';
import type { SecretObjects } from './cluster-secrets.js';
import { makeClusterSecrets, type ClusterSecretsWanted } from './make-cluster-secrets.js';

/** Secrets of a namespace, in memory. */
class Secrets implements SecretObjects {
  constructor(readonly objects: Record<string, Record<string, string>> = {}) {}

  async ensure(name: string, contents: () => Record<string, string>): Promise<Record<string, string>> {
    return (this.objects[name] ??= contents());
  }
}

async function make(secrets = new Secrets(), wanted: Partial<ClusterSecretsWanted> = {}): Promise<Secrets> {
  const none = { mongodbUri: undefined, adminPassword: undefined };
  await makeClusterSecrets({ secrets, mongodbHost: 'mongo:27017', ...none, ...wanted });
  return secrets;
}

describe('the setup of an installation in a cluster', () => {
  it('gives every service a join key that auth accepts for its role alone', async () => {
    const { objects } = await make();
    const folder = await mkdtemp(join(tmpdir(), 'muster-setup-'));
    try {
      for (const [name, key] of Object.entries(objects['muster-auth-keys'] ?? {}))
        await writeFile(join(folder, name), key);
      const accepted = await JoinKeys.read(folder);
      for (const role of serviceRoles.filter((each) => each !== 'front-door' && each !== 'launcher')) {
        const key = objects[`muster-${role}`]?.['join.key'] ?? '';
        expect(serviceRoles.filter((each) => accepted.accepts(each, key))).toEqual([role]);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('gives each service its own and nothing more', async () => {
    const { objects } = await make();
    const held = Object.entries(objects).map(([name, contents]) => [name, Object.keys(contents).sort()]);
    expect(Object.fromEntries(held)).toEqual({
      'muster-auth': ['admin-password', 'installation.key', 'join.key'],
      'muster-auth-keys': [
        'auth.key',
        'console.key',
        'global-directory.key',
        'global-session.key',
        'local-directory.key',
        'relay.key',
        'session.key',
      ],
      'muster-console': ['join.key'],
      'muster-database': ['mongodb-uri'],
      'muster-global-directory': ['join.key'],
      'muster-global-session': ['join.key'],
      'muster-local-directory': ['join.key'],
      'muster-mongo': ['muster-password', 'root-password'],
      'muster-relay': ['join.key'],
      'muster-session': ['installation.key', 'join.key'],
    });
    const key = objects['muster-session']?.['installation.key'] ?? '';
    expect(key).toBe(objects['muster-auth']?.['installation.key']);
    expect(() => new Sealing(key)).not.toThrow();
    const password = objects['muster-mongo']?.['muster-password'];
    expect(objects['muster-database']).toEqual({ 'mongodb-uri': `mongodb://muster:${password}@mongo:27017/muster` });
  });

  it('changes nothing when it runs again, and completes what is missing from what is there', async () => {
    const { objects } = await make();
    const before = structuredClone(objects);
    delete objects['muster-relay'];
    delete objects['muster-session'];
    await make(new Secrets(objects));
    expect(objects).toEqual(before);
  });

  it('takes a password and a database that are given, and makes no passwords for another server', async () => {
    const given = { adminPassword: 'correct horse', mongodbUri: 'mongodb://elsewhere/muster' };
    const { objects } = await make(new Secrets(), given);
    expect(objects['muster-auth']?.['admin-password']).toBe('correct horse');
    expect(objects['muster-database']).toEqual({ 'mongodb-uri': 'mongodb://elsewhere/muster' });
    expect(objects['muster-mongo']).toBeUndefined();
  });

  it('uses the first of the keys that auth accepts for a service', async () => {
    const { objects } = await make();
    objects['muster-auth-keys'] = {
      ...objects['muster-auth-keys'],
      'relay.key': `${'n'.repeat(43)}\n${'o'.repeat(43)}`,
    };
    delete objects['muster-relay'];
    await make(new Secrets(objects));
    expect(objects['muster-relay']).toEqual({ 'join.key': 'n'.repeat(43) });
  });

  it('says what a Secret lacks that somebody else made', async () => {
    const secrets = new Secrets({ 'muster-auth': { 'admin-password': 'correct horse' } });
    await expect(make(secrets)).rejects.toThrow('the Secret muster-auth is there without join.key, installation.key');
  });
});
