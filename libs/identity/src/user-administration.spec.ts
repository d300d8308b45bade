import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Collection, CollectionDefinition, DocumentStore, StoredDocument } from '@muster/store';
import { startIdentity, type IdentityUnderTest } from '@muster/testing';
import type { UserPrincipal } from './principal.js';
import { UserAdministration } from './user-administration.js';
import { Users } from './users.js';

const source = '192.0.2.1';
const notAllowed = { code: 'not-allowed' };
const ada = { username: 'ada', password: 'ada-password', role: 'user' } as const;

/** The same database for a process in which this happens before everything is counted. */
function withEveryCount(store: DocumentStore, before: () => Promise<void>): DocumentStore {
  return {
    collection: <T extends StoredDocument>(definition: CollectionDefinition): Collection<T> =>
      new Proxy(store.collection<T>(definition), {
        get: (target, name: keyof Collection<T>) => {
          const method = (target[name] as (...args: unknown[]) => unknown).bind(target);
          return name === 'count' ? async (...args: unknown[]) => (await before(), method(...args)) : method;
        },
      }),
    ready: () => store.ready(),
    close: () => store.close(),
  };
}

describe('UserAdministration', () => {
  let identity: IdentityUnderTest;
  let root: UserPrincipal;
  let operator: UserPrincipal;
  beforeEach(async () => {
    identity = await startIdentity();
    await identity.createUser('root', 'admin');
    await identity.createUser('olga', 'operator');
    [root, operator] = [await identity.principalOf('root'), await identity.principalOf('olga')];
  });
  afterEach(() => identity.close());

  it('makes, lists and changes users, and records who did it', async () => {
    const { administration, users, audit } = identity;
    const made = await administration.create(root, ada, source);
    await administration.change(root, made.id, { role: 'operator', password: 'new password' }, source);
    expect((await users.page({})).items.map(({ username, role }) => `${username} ${role}`)).toEqual([
      'ada operator',
      'olga operator',
      'root admin',
    ]);
    const { items } = await audit.page({ actor: root.userId, action: 'user.change' });
    expect(items).toMatchObject([{ target: made.id, source, outcome: 'done', detail: 'role=operator password' }]);
    expect(JSON.stringify(await audit.page({}))).not.toContain('new password');
  });

  it('refuses a name that is taken, whatever its case', async () => {
    await identity.administration.create(root, ada, source);
    const again = identity.administration.create(root, { ...ada, username: 'ADA' }, source);
    await expect(again).rejects.toMatchObject({ code: 'already-exists' });
  });

  it('lets nobody make or raise a user above themselves, and records the attempt', async () => {
    const { administration, audit } = identity;
    const made = await administration.create(root, ada, source);
    const asAdmin = { ...ada, username: 'eve', role: 'admin' as const };
    await expect(administration.create(operator, asAdmin, source)).rejects.toMatchObject(notAllowed);
    await expect(administration.change(operator, made.id, { role: 'admin' }, source)).rejects.toMatchObject(notAllowed);
    const { items } = await audit.page({ actor: operator.userId });
    expect(items.filter(({ outcome }) => outcome === 'refused').length).toBe(2);
  });

  it('gives nobody power over who has more: no new password for an admin, no removal', async () => {
    const { administration } = identity;
    const change = administration.change(operator, root.userId, { password: 'taken over' }, source);
    await expect(change).rejects.toMatchObject(notAllowed);
    await expect(administration.remove(operator, root.userId, source)).rejects.toMatchObject(notAllowed);
  });

  it('keeps an admin who can log in, also when two admins disable each other at once', async () => {
    const { administration, users } = identity;
    await expect(administration.remove(root, root.userId, source)).rejects.toMatchObject({ code: 'conflict' });
    const other = await identity.createUser('rita', 'admin');
    const second = await identity.principalOf('rita');
    await Promise.allSettled([
      administration.change(root, other._id, { disabled: true }, source),
      administration.change(second, root.userId, { disabled: true }, source),
    ]);
    const both = await Promise.all([users.get(root.userId), users.get(other._id)]);
    expect(both.filter(({ disabled }) => !disabled).length).toBeGreaterThanOrEqual(1);
  });

  it('keeps the last admin also when housekeeping finds the removal before it is refused', async () => {
    const { store, ...parts } = identity;
    const users = new Users({ ...parts, store: withEveryCount(store, () => parts.administration.finishUnfinished()) });
    const other = new UserAdministration({ ...parts, users });
    await expect(other.remove(root, root.userId, source)).rejects.toMatchObject({ code: 'conflict' });
    expect(await users.get(root.userId)).toMatchObject({ disabled: false, removed: false });
  });

  it('removes a user with all logins and tokens, and frees the name', async () => {
    const { administration, apiTokens, users, revocations } = identity;
    const made = await administration.create(root, ada, source);
    const principal = await identity.principalOf('ada');
    const { token } = await apiTokens.create(
      principal,
      { name: 'ci', scopes: ['queue:read'], expiresInMs: 60_000 },
      source,
    );
    await administration.remove(root, made.id, source);
    await revocations.follow();
    await expect(users.get(made.id)).rejects.toMatchObject({ code: 'unknown-user' });
    await expect(identity.authenticator.user(token)).rejects.toMatchObject({ code: 'not-authenticated' });
    expect(await users.findByName('ada')).toBeUndefined();
    expect((await administration.create(root, ada, source)).id).not.toBe(made.id);
  });

  it('finishes a removal that a crash cut short', async () => {
    const { administration, users, feed } = identity;
    const made = await administration.create(root, ada, source);
    await users.beginRemoval(made.id);
    await expect(users.get(made.id)).rejects.toMatchObject({ code: 'unknown-user' });
    await administration.finishUnfinished();
    expect(await users.unfinished()).toEqual([]);
    await expect(administration.create(root, ada, source)).resolves.toBeDefined();
    expect((await feed.read({})).entries.every(({ reason }) => reason === 'removed')).toBe(true);
  });
});
