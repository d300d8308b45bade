import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Permission } from '@muster/contracts';
import {
  StoreUnavailable,
  type Collection,
  type CollectionDefinition,
  type DocumentStore,
  type StoredDocument,
} from '@muster/store';
import { startIdentity, type IdentityUnderTest } from '@muster/testing';
import { ApiTokens } from './api-tokens.js';
import type { UserPrincipal } from './principal.js';
import { RemoteApiTokens } from './remote-api-tokens.js';
import { RevocationFeed } from './revocation-feed.js';

const source = '192.0.2.1';
const hourMs = 3_600_000;

/** The same database, which is away when something is to be put into this collection for the first time. */
function withFirstInsertFailing(store: DocumentStore, collection: string): DocumentStore {
  let isAway = true;
  return {
    collection: <T extends StoredDocument>(definition: CollectionDefinition): Collection<T> =>
      new Proxy(store.collection<T>(definition), {
        get: (target, name: keyof Collection<T>) => {
          if (!isAway || name !== 'insert' || definition.name !== collection) return target[name].bind(target);
          isAway = false;
          return () => Promise.reject(new StoreUnavailable('the database is away'));
        },
      }),
    ready: () => store.ready(),
    close: () => store.close(),
  };
}

describe('API tokens', () => {
  let identity: IdentityUnderTest;
  let olga: UserPrincipal;
  beforeEach(async () => {
    identity = await startIdentity();
    await identity.createUser('olga', 'operator');
    olga = await identity.principalOf('olga');
    await identity.revocations.follow();
  });
  afterEach(() => identity.close());
  const make = (scopes: Permission[], principal = olga, expiresInMs = hourMs) =>
    identity.apiTokens.create(principal, { name: 'ci', scopes, expiresInMs }, source);
  const use = (token: string) => identity.authenticator.user(token);

  it('allow their scopes and nothing else, and show their secret once', async () => {
    const { token, id } = await make(['queue:read', 'nodes:drain']);
    expect(await use(token)).toMatchObject({
      kind: 'user',
      userId: olga.userId,
      permissions: new Set(['queue:read', 'nodes:drain']),
      credential: { kind: 'api-token', tokenId: id },
    });
    const page = await identity.apiTokens.page(olga, {});
    expect(page.items).toMatchObject([{ id, name: 'ci', scopes: ['queue:read', 'nodes:drain'] }]);
    expect(JSON.stringify(page)).not.toContain(token.split('.')[1]);
  });

  it('are not given scopes that their maker lacks, role or token', async () => {
    await expect(make(['users:write'])).rejects.toMatchObject({ code: 'not-allowed' });
    const program = await use((await make(['tokens:write', 'queue:read'])).token);
    await expect(make(['nodes:drain'], program)).rejects.toMatchObject({ code: 'not-allowed' });
  });

  it('do not outlive the API token that they were made with', async () => {
    const program = await use((await make(['tokens:write', 'queue:read'])).token);
    const child = await make(['queue:read'], program, 24 * hourMs);
    expect(Date.parse(child.expiresAt)).toBe(identity.clock.nowMs() + hourMs);
  });

  it('lose what their owner loses', async () => {
    const { token } = await make(['queue:read', 'nodes:drain']);
    await identity.users.change(olga.userId, { role: 'user' });
    await identity.revocations.follow();
    expect((await use(token)).permissions).toEqual(new Set(['queue:read']));
    await identity.users.change(olga.userId, { disabled: true });
    await identity.revocations.follow();
    await expect(use(token)).rejects.toMatchObject({ code: 'account-disabled' });
  });

  it('end by themselves, when they are removed, and never by a stranger', async () => {
    const [short, removed] = [await make(['queue:read'], olga, 60_000), await make(['queue:read'])];
    await identity.createUser('eve');
    const eve = await identity.principalOf('eve');
    await expect(identity.apiTokens.remove(eve, removed.id, source)).rejects.toMatchObject({ code: 'not-found' });
    await use(removed.token);
    await identity.apiTokens.remove(olga, removed.id, source);
    await identity.revocations.follow();
    await expect(use(removed.token)).rejects.toMatchObject({ code: 'not-authenticated' });
    await use(short.token);
    await identity.clock.advance(60_000);
    await expect(use(short.token)).rejects.toMatchObject({ code: 'token-expired' });
    await identity.apiTokens.sweep();
    await identity.clock.advance(6000);
    await expect(use(short.token)).rejects.toMatchObject({ code: 'not-authenticated' });
  });

  it('that are removed while the revocation cannot be written are revoked when they are removed again', async () => {
    const { store, clock, random, ...parts } = identity;
    const feed = new RevocationFeed(withFirstInsertFailing(store, 'revocations'), clock, random);
    const apiTokens = new ApiTokens({ ...parts, store, clock, random, feed });
    const { id, token } = await make(['queue:read']);
    await use(token);
    await expect(apiTokens.remove(olga, id, source)).rejects.toMatchObject({ name: 'StoreUnavailable' });
    await expect(apiTokens.verify(token)).rejects.toMatchObject({ code: 'not-authenticated' });
    await apiTokens.remove(olga, id, source);
    await identity.revocations.follow();
    await expect(use(token)).rejects.toMatchObject({ code: 'not-authenticated' });
    await expect(apiTokens.remove(olga, id, source)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('are refused when they are invented or changed', async () => {
    const { token } = await make(['queue:read']);
    for (const wrong of ['mst_', `mst_tok_1.${'A'.repeat(43)}`, `${token.slice(0, -1)}_`])
      await expect(use(wrong)).rejects.toMatchObject({ code: 'not-authenticated' });
  });

  it('are asked about once in a while, not at every use, and a wrong one is no load either', async () => {
    const { token } = await make(['queue:read']);
    let asked = 0;
    const remote = new RemoteApiTokens({
      verify: (text) => {
        asked += 1;
        return identity.apiTokens.verify(text);
      },
      revocations: identity.revocations,
      clock: identity.clock,
    });
    for (let n = 0; n < 5; n += 1) await remote.verify(token);
    for (let n = 0; n < 5; n += 1) await remote.verify('mst_wrong').catch(() => undefined);
    expect(asked).toBe(2);
    await identity.clock.advance(15_000);
    await remote.verify(token);
    expect(asked).toBe(3);
  });
});
