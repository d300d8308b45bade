import { describe, expect, it } from 'vitest';
import { SeededRandom } from '@muster/testing';
import { newTicket, redeemTicket, sessionOfTicket } from './tickets.js';

const holder = { userId: 'usr_1', loginId: 'lgn_1', tokenExpiresAtMs: 600_000 };
const times = { nowMs: 1000, lifetimeMs: 30_000 };

describe('a ticket', () => {
  const random = new SeededRandom();
  const { ticket, record } = newTicket('ses_1', holder, times, random);
  const other = newTicket('ses_1', holder, { nowMs: 20_000, lifetimeMs: 30_000 }, random);

  it('names its session, and the session keeps its hash only', () => {
    expect(sessionOfTicket(ticket)).toBe('ses_1');
    expect(sessionOfTicket('nonsense')).toBeUndefined();
    expect(JSON.stringify(record)).not.toContain(ticket.split('.')[1]);
  });

  it('is good once', () => {
    const { redeemed, remaining } = redeemTicket([record, other.record], ticket, 25_000);
    expect(redeemed).toEqual(record);
    expect(remaining).toEqual([other.record]);
    expect(redeemTicket(remaining, ticket, 25_000)).toEqual({ redeemed: undefined, remaining });
  });

  it('is not good late, for another session, or when it is made up; and ended ones are tidied away', () => {
    expect(redeemTicket([record, other.record], ticket, 31_000)).toEqual({
      redeemed: undefined,
      remaining: [other.record],
    });
    expect(redeemTicket([record], ticket.replace('ses_1', 'ses_2'), 2000).redeemed).toBeUndefined();
    expect(redeemTicket([record], `${ticket.slice(0, -1)}x`, 2000).redeemed).toBeUndefined();
  });
});
