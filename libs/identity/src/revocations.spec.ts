import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Revocation } from '@muster/contracts';
import { startIdentity, type IdentityUnderTest } from '@muster/testing';
import type { NewRevocation } from './revocation-feed.js';
import { RevocationFollower } from './revocation-follower.js';

const revoked = { code: 'token-expired' };
const ofUser = (userId: string, belowVersion = 2): NewRevocation => {
  return { kind: 'user', subject: userId, userId, belowVersion, reason: 'disabled' };
};

let identity: IdentityUnderTest;
beforeEach(async () => {
  identity = await startIdentity();
});
afterEach(() => identity.close());

describe('RevocationFeed', () => {
  it('numbers entries without gaps, however many write at once', async () => {
    const { feed } = identity;
    const numbers = await Promise.all(Array.from({ length: 20 }, (_, n) => feed.append(ofUser(`usr_${n}`))));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    expect((await feed.read({ feed: (await feed.position()).id, after: 17 })).entries.map((e) => e.number)).toEqual([
      18, 19, 20,
    ]);
  });

  it('tells a new follower only what still matters', async () => {
    const { feed, clock } = identity;
    await feed.append(ofUser('usr_old'));
    await clock.advance(900_001);
    await feed.append(ofUser('usr_new'));
    expect(await feed.read({})).toMatchObject({
      last: 2,
      entries: [{ number: 2, subject: 'usr_new', reason: 'disabled' }],
    });
  });

  it('goes on counting after old entries were removed', async () => {
    const { feed, clock } = identity;
    await feed.append(ofUser('usr_1'));
    await feed.append(ofUser('usr_2'));
    await clock.advance(25 * 3_600_000);
    await feed.prune();
    expect(await feed.append(ofUser('usr_3'))).toBe(3);
    expect((await feed.read({ feed: (await feed.position()).id, after: 0 })).entries.map((e) => e.number)).toEqual([
      2, 3,
    ]);
  });
});

describe('RevocationFollower', () => {
  const heard = (): Revocation[] => {
    const all: Revocation[] = [];
    identity.revocations.onRevoked((revocation) => all.push(revocation));
    return all;
  };

  async function loggedIn(username = 'ada') {
    await identity.createUser(username);
    const login = await identity.logins.login({ username, password: `${username}-password` }, '192.0.2.1');
    await identity.revocations.follow();
    return {
      user: login.user,
      refreshToken: login.refreshToken,
      use: () => identity.authenticator.user(login.accessToken),
    };
  }

  it('knows of a permission whether what it stands on was taken: later ones of that user are good', async () => {
    const { feed, revocations } = identity;
    await feed.append(ofUser('usr_1', 3));
    await feed.append({ kind: 'login', subject: 'lgn_1', userId: 'usr_2', reason: 'logged-out' });
    await feed.append({ kind: 'api-token', subject: 'tok_1', userId: 'usr_3', reason: 'token-removed' });
    await revocations.follow();
    const standings = [
      { user: 'usr_1', tokenVersion: 2, loginId: 'lgn_9' },
      { user: 'usr_1', tokenVersion: 3, loginId: 'lgn_9' },
      { user: 'usr_2', tokenVersion: 1, loginId: 'lgn_1' },
      { user: 'usr_3', tokenVersion: 1, apiTokenId: 'tok_1' },
      { user: 'usr_3', tokenVersion: 1, apiTokenId: 'tok_2' },
      { user: 'usr_4', tokenVersion: 1 },
    ];
    expect(standings.map((each) => revocations.hasTaken(each))).toEqual([true, false, true, true, false, false]);
  });

  it('refuses the tokens of a revoked user at once, verified before or not, and tells its listeners', async () => {
    const all = heard();
    const ada = await loggedIn();
    const bob = await loggedIn('bob');
    await ada.use();
    await identity.users.change(ada.user.id, { disabled: true });
    await identity.revocations.follow();
    await expect(ada.use()).rejects.toMatchObject(revoked);
    await expect(bob.use()).resolves.toMatchObject({ username: 'bob' });
    expect(all).toMatchObject([{ number: 1, kind: 'user', subject: ada.user.id, reason: 'disabled' }]);
  });

  it('lets tokens through that were made after the revocation', async () => {
    const ada = await loggedIn();
    await identity.users.change(ada.user.id, { role: 'operator' });
    await identity.revocations.follow();
    const again = await identity.principalOf('ada');
    expect(again.role).toBe('operator');
  });

  it('accepts only young new tokens when it has lost the feed, and what it knew until it ends', async () => {
    const ada = await loggedIn();
    const bob = await loggedIn('bob');
    await ada.use();
    await identity.clock.advance(61_000);
    expect(identity.revocations.isLost).toBe(true);
    await expect(ada.use()).resolves.toMatchObject({ username: 'ada' });
    await expect(bob.use()).rejects.toMatchObject(revoked);
    const fresh = await identity.logins.refresh(bob.refreshToken, '192.0.2.1');
    await expect(identity.authenticator.user(fresh.accessToken)).resolves.toMatchObject({ username: 'bob' });
    await identity.revocations.follow();
    await expect(bob.use()).resolves.toMatchObject({ username: 'bob' });
  });

  it('refuses tokens of before a restore, and takes those of after', async () => {
    const ada = await loggedIn();
    await identity.feed.renew();
    await identity.revocations.follow();
    await expect(ada.use()).rejects.toMatchObject(revoked);
    await expect(identity.principalOf('ada')).resolves.toMatchObject({ username: 'ada' });
  });

  it('keeps what it knows when the feed has gone back', async () => {
    const ada = await loggedIn();
    await identity.feed.append(ofUser(ada.user.id));
    await identity.revocations.follow();
    const feed = (await identity.feed.position()).id;
    const shorter = new RevocationFollower({
      clock: identity.clock,
      random: identity.random,
      read: async ({ after }) => (after === undefined ? identity.feed.read({}) : { feed, last: 0, entries: [] }),
    });
    const principal = await identity.principalOf('ada').catch(() => undefined);
    expect(principal).toBeUndefined();
    await shorter.follow();
    await shorter.follow();
    const { kind, userId, username, role, ...rest } = { ...anyPrincipal, userId: ada.user.id };
    expect(() => shorter.requireNotRevoked({ kind, userId, username, role, ...rest }, false)).toThrow(/revoked/);
  });

  it('accepts less, not more, when it must forget for want of room', async () => {
    const follower = new RevocationFollower(
      { clock: identity.clock, random: identity.random, read: (query) => identity.feed.read(query) },
      { maxRemembered: 2 },
    );
    const feedId = (await identity.feed.position()).id;
    const issuedAtMs = identity.clock.nowMs() - 1000;
    for (const userId of ['usr_1', 'usr_2', 'usr_3']) await identity.feed.append(ofUser(userId));
    await follower.follow();
    const token = (userId: string) => {
      return { ...anyPrincipal, userId, credential: { ...anyPrincipal.credential, feedId, issuedAtMs } };
    };
    expect(() => follower.requireNotRevoked(token('usr_1'), false)).toThrow(/too old/);
    expect(() => follower.requireNotRevoked(token('usr_3'), false)).toThrow(/revoked/);
  });

  it('reads a long feed in pages, and polls until it is stopped', async () => {
    const all = heard();
    for (let n = 0; n < 7; n += 1) await identity.feed.append(ofUser(`usr_${n}`));
    let reads = 0;
    const paged = new RevocationFollower({
      clock: identity.clock,
      random: identity.random,
      read: async (query) => {
        reads += 1;
        const page = await identity.feed.read(query);
        return { ...page, entries: page.entries.slice(0, 3) };
      },
    });
    const numbers: number[] = [];
    paged.onRevoked(({ number }) => numbers.push(number));
    await paged.follow();
    expect([numbers, reads]).toEqual([[1, 2, 3, 4, 5, 6, 7], 3]);
    expect(all).toEqual([]);
  });
});

const anyPrincipal = {
  kind: 'user' as const,
  userId: 'usr_1',
  username: 'ada',
  role: 'user' as const,
  permissions: new Set<never>(),
  tokenVersion: 1,
  credential: { kind: 'login' as const, loginId: 'lgn_1', feedId: 'x', feedNumber: 0, issuedAtMs: 0 },
  expiresAtMs: 0,
};
