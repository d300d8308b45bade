import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startIdentity, type IdentityUnderTest } from '@muster/testing';

const refused = { code: 'not-authenticated' };
const dayMs = 24 * 3_600_000;

describe('RefreshTokens', () => {
  let identity: IdentityUnderTest;
  beforeEach(async () => {
    identity = await startIdentity();
  });
  afterEach(() => identity.close());

  it('gives the next token of the same login for each token', async () => {
    const { refreshTokens } = identity;
    const first = await refreshTokens.begin('usr_1', 4);
    const second = await refreshTokens.rotate(first.refreshToken);
    expect(second).toMatchObject({ loginId: first.loginId, userId: 'usr_1', userVersion: 4 });
    expect(second.refreshToken).not.toBe(first.refreshToken);
    await expect(refreshTokens.rotate(second.refreshToken)).resolves.toBeDefined();
  });

  it('ends the login when a replaced token comes again, also for who had the newest', async () => {
    const { refreshTokens, clock } = identity;
    const first = await refreshTokens.begin('usr_1', 1);
    const second = await refreshTokens.rotate(first.refreshToken);
    await clock.advance(10_001);
    await expect(refreshTokens.rotate(first.refreshToken)).rejects.toMatchObject({
      code: 'refresh-token-reused',
      loginId: first.loginId,
      userId: 'usr_1',
    });
    await expect(refreshTokens.rotate(second.refreshToken)).rejects.toMatchObject(refused);
  });

  it('ends the login at once when a token before the last one comes again, grace or not', async () => {
    const { refreshTokens } = identity;
    const first = await refreshTokens.begin('usr_1', 1);
    const second = await refreshTokens.rotate(first.refreshToken);
    await refreshTokens.rotate(second.refreshToken);
    await expect(refreshTokens.rotate(first.refreshToken)).rejects.toMatchObject({ code: 'refresh-token-reused' });
  });

  it('answers two refreshes at once, and one whose answer was lost, with the same next token', async () => {
    const { refreshTokens, clock } = identity;
    const first = await refreshTokens.begin('usr_1', 1);
    const all = await Promise.all(Array.from({ length: 5 }, () => refreshTokens.rotate(first.refreshToken)));
    await clock.advance(9000);
    all.push(await refreshTokens.rotate(first.refreshToken));
    expect(new Set(all.map(({ refreshToken }) => refreshToken)).size).toBe(1);
  });

  it('refuses invented tokens without ending the login that they name', async () => {
    const { refreshTokens } = identity;
    const { loginId, refreshToken } = await refreshTokens.begin('usr_1', 1);
    const invented = `mrt_${loginId}.0.${'A'.repeat(43)}`;
    await expect(refreshTokens.rotate(invented)).rejects.toMatchObject(refused);
    await expect(refreshTokens.rotate(`${refreshToken.slice(0, -1)}_`)).rejects.toMatchObject(refused);
    await expect(refreshTokens.rotate('nonsense')).rejects.toMatchObject(refused);
    await expect(refreshTokens.rotate(refreshToken)).resolves.toMatchObject({ loginId });
  });

  it('ends a login that nobody refreshes, and every login after its longest time', async () => {
    const { refreshTokens, clock } = identity;
    const idle = await refreshTokens.begin('usr_1', 1);
    let busy = await refreshTokens.begin('usr_1', 1);
    for (let day = 6; day <= 24; day += 6) {
      await clock.advance(6 * dayMs);
      busy = await refreshTokens.rotate(busy.refreshToken);
    }
    await expect(refreshTokens.rotate(idle.refreshToken)).rejects.toMatchObject(refused);
    await clock.advance(6 * dayMs);
    await expect(refreshTokens.rotate(busy.refreshToken)).rejects.toMatchObject(refused);
    await refreshTokens.sweep();
    expect(await identity.store.collection({ name: 'logins', indexes: [] }).count()).toBe(0);
  });

  it('keeps nothing in the database that a token could be made of', async () => {
    const { refreshToken } = await identity.refreshTokens.begin('usr_1', 1);
    const { items } = await identity.store.collection({ name: 'logins', indexes: [] }).find({ limit: 10 });
    expect(JSON.stringify(items)).not.toContain(refreshToken.split('.')[2]);
  });
});
