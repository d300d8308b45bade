import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startIdentity, type IdentityUnderTest } from '@muster/testing';

const source = '192.0.2.1';
const wrong = { code: 'wrong-credentials' };

describe('Logins', () => {
  let identity: IdentityUnderTest;
  let userId: string;
  beforeEach(async () => {
    identity = await startIdentity();
    userId = (await identity.createUser('ada'))._id;
    await identity.revocations.follow();
  });
  afterEach(() => identity.close());
  const login = (password = 'ada-password', username = 'ada') => identity.logins.login({ username, password }, source);
  const use = (token: string) => identity.authenticator.user(token);

  it('gives an access token that services accept, a refresh token and the user', async () => {
    const view = await login('ada-password', 'ADA');
    expect(view).toEqual({
      accessToken: expect.any(String),
      refreshToken: expect.stringMatching(/^mrt_/),
      expiresAt: new Date(identity.clock.nowMs() + 600_000).toISOString(),
      user: { id: userId, username: 'ada', role: 'user', disabled: false, createdAt: expect.any(String) },
    });
    expect(await use(view.accessToken)).toMatchObject({ userId, username: 'ada', role: 'user' });
  });

  it('answers a wrong password and an unknown name alike, and records both', async () => {
    const refusals = [
      await login('wrong').catch((e: unknown) => e),
      await login('wrong', 'nobody').catch((e: unknown) => e),
    ];
    expect(refusals[0]).toMatchObject(wrong);
    expect(refusals[0]).toEqual(refusals[1]);
    const { items } = await identity.audit.page({ action: 'login' });
    expect(items.map(({ actor, outcome }) => [actor, outcome])).toEqual(
      expect.arrayContaining([
        ['ada', 'refused'],
        ['nobody', 'refused'],
      ]),
    );
  });

  it('says that an account is disabled only to who knows its password', async () => {
    await identity.users.change(userId, { disabled: true });
    await expect(login()).rejects.toMatchObject({ code: 'account-disabled' });
    await expect(login('wrong')).rejects.toMatchObject(wrong);
  });

  it('slows down guessing, and answers how long to wait', async () => {
    for (let n = 0; n < 10; n += 1) await expect(login('wrong')).rejects.toMatchObject(wrong);
    await expect(login()).rejects.toMatchObject({ code: 'too-many-requests', retryAfterMs: 1000 });
    await identity.clock.advance(1000);
    await expect(login()).resolves.toBeDefined();
  });

  it('refreshes, and gives the role that the user has by then', async () => {
    const { refreshToken } = await login();
    const refreshed = await identity.logins.refresh(refreshToken, source);
    expect(await use(refreshed.accessToken)).toMatchObject({ userId });
  });

  it('revokes the whole login when a refresh token comes twice', async () => {
    const first = await login();
    const second = await identity.logins.refresh(first.refreshToken, source);
    await identity.clock.advance(11_000);
    await expect(identity.logins.refresh(first.refreshToken, source)).rejects.toMatchObject({
      code: 'refresh-token-reused',
    });
    await expect(identity.logins.refresh(second.refreshToken, source)).rejects.toMatchObject({
      code: 'not-authenticated',
    });
    await identity.revocations.follow();
    await expect(use(second.accessToken)).rejects.toMatchObject({ code: 'token-expired' });
    expect((await identity.audit.page({ action: 'refresh.reused' })).items).toMatchObject([
      { actor: userId, outcome: 'refused' },
    ]);
  });

  it('does not refresh for a user who was disabled, removed or given another role', async () => {
    const first = await login();
    await identity.users.change(userId, { role: 'operator' });
    await expect(identity.logins.refresh(first.refreshToken, source)).rejects.toMatchObject({
      code: 'not-authenticated',
    });
    const second = await login();
    await identity.users.change(userId, { disabled: true });
    await expect(identity.logins.refresh(second.refreshToken, source)).rejects.toMatchObject({
      code: 'account-disabled',
    });
    await identity.users.erase(userId);
    await expect(identity.logins.refresh(second.refreshToken, source)).rejects.toMatchObject({
      code: 'not-authenticated',
    });
  });

  it('ends one login and leaves the others', async () => {
    const [one, other] = [await login(), await login()];
    await identity.logins.logout(await use(one.accessToken), false, source);
    await identity.revocations.follow();
    await expect(use(one.accessToken)).rejects.toMatchObject({ code: 'token-expired' });
    await expect(identity.logins.refresh(one.refreshToken, source)).rejects.toMatchObject({
      code: 'not-authenticated',
    });
    await expect(use(other.accessToken)).resolves.toBeDefined();
  });

  it('ends all logins of the user', async () => {
    const [one, other] = [await login(), await login()];
    await identity.logins.logout(await use(one.accessToken), true, source);
    await identity.revocations.follow();
    await expect(use(other.accessToken)).rejects.toMatchObject({ code: 'token-expired' });
    await expect(identity.logins.refresh(other.refreshToken, source)).rejects.toMatchObject({
      code: 'not-authenticated',
    });
  });

  it('changes the password, ends all logins and begins a new one', async () => {
    const [one, other] = [await login(), await login()];
    const passwords = { currentPassword: 'ada-password', newPassword: 'a better one' };
    const changed = await identity.logins.changePassword(await use(one.accessToken), passwords, source);
    await identity.revocations.follow();
    await expect(use(changed.accessToken)).resolves.toMatchObject({ userId });
    await expect(use(one.accessToken)).rejects.toMatchObject({ code: 'token-expired' });
    await expect(identity.logins.refresh(other.refreshToken, source)).rejects.toMatchObject({
      code: 'not-authenticated',
    });
    await expect(login()).rejects.toMatchObject(wrong);
    await expect(login('a better one')).resolves.toBeDefined();
  });

  it('does not change the password for who does not know it, nor for an API token', async () => {
    const principal = await use((await login()).accessToken);
    const guess = { currentPassword: 'wrong', newPassword: 'a better one' };
    await expect(identity.logins.changePassword(principal, guess, source)).rejects.toMatchObject(wrong);
    const program = { ...principal, credential: { kind: 'api-token' as const, tokenId: 'tok_1' } };
    await expect(identity.logins.changePassword(program, guess, source)).rejects.toMatchObject({ code: 'not-allowed' });
    await expect(identity.logins.logout(program, true, source)).rejects.toMatchObject({ code: 'not-allowed' });
  });
});
