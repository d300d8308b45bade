import { describe, expect, it } from 'vitest';
import { SeededRandom, testInstallationKey } from '@muster/testing';
import { Sealing } from './sealing.js';
import { WorkerTokens, isJoinToken, newAcceptToken, newJoinToken, readJoinToken } from './worker-tokens.js';

const worker = { sessionId: 'ses_1', workerId: 'wrk_1', incarnation: 2 };
const notAuthenticated = expect.objectContaining({ code: 'not-authenticated' });

describe('a join token', () => {
  const { token, hash } = newJoinToken(worker, new SeededRandom());

  it('says whom it is for and is known by its hash alone', () => {
    expect(readJoinToken(token)).toEqual(worker);
    expect(isJoinToken(token, hash)).toBe(true);
  });

  it('is not accepted when it is changed, for another incarnation, or after its hash is gone', () => {
    expect(isJoinToken(token.replace('.2.', '.3.'), hash)).toBe(false);
    expect(isJoinToken(`${token.slice(0, -1)}x`, hash)).toBe(false);
    expect(isJoinToken(token, undefined)).toBe(false);
    expect(readJoinToken('mwj_nonsense')).toBeUndefined();
  });
});

describe('WorkerTokens', () => {
  const tokens = new WorkerTokens(new Sealing(testInstallationKey), 60_000);

  it('verifies what any session service of the installation issued', () => {
    const { token, expiresAtMs } = tokens.issue(worker, 1000);
    const elsewhere = new WorkerTokens(new Sealing(testInstallationKey), 60_000);
    expect(elsewhere.verify(token, 2000)).toEqual({ kind: 'worker', ...worker, expiresAtMs });
  });

  it('refuses an ended token, one of another installation, a changed one and nonsense', () => {
    const { token } = tokens.issue(worker, 1000);
    const foreign = new WorkerTokens(new Sealing(Buffer.alloc(32, 9).toString('base64url')), 60_000);
    const other = tokens.issue({ ...worker, workerId: 'wrk_2' }, 1000).token;
    const mixed = `${other.split('.')[0]}.${token.split('.')[1]}`;
    expect(() => tokens.verify(token, 61_000)).toThrow(expect.objectContaining({ code: 'token-expired' }));
    expect(() => foreign.verify(token, 2000)).toThrow(notAuthenticated);
    expect(() => tokens.verify(mixed, 2000)).toThrow(notAuthenticated);
    expect(() => tokens.verify('mwt_nonsense', 2000)).toThrow(notAuthenticated);
    expect(() => tokens.verify(newJoinToken(worker, new SeededRandom()).token, 2000)).toThrow(notAuthenticated);
  });

  it('gives every incarnation an accept token of its own', () => {
    const random = new SeededRandom();
    expect(newAcceptToken(random)).toMatch(/^mwa_[\w-]{43}$/);
    expect(newAcceptToken(random)).not.toBe(newAcceptToken(random));
  });
});
