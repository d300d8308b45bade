import type { Revocation } from '@muster/contracts';
import { describe, expect, it } from 'vitest';
import { isTakenBy } from './standing.js';

describe('a revocation', () => {
  it('takes who stands on that login, API token, or user below that version', () => {
    const who = { user: 'usr_1', tokenVersion: 2, loginId: 'l1', apiTokenId: 't1' };
    const revocations = [
      { kind: 'login', subject: 'l1' },
      { kind: 'login', subject: 'l2' },
      { kind: 'api-token', subject: 't1' },
      { kind: 'user', subject: 'usr_1', belowVersion: 3 },
      { kind: 'user', subject: 'usr_1', belowVersion: 2 },
      { kind: 'user', subject: 'usr_2', belowVersion: 9 },
      { kind: 'user', subject: 'usr_1' },
    ] as Revocation[];
    expect(revocations.map((each) => isTakenBy(who, each))).toEqual([true, false, true, true, false, false, true]);
  });
});
