import { describe, expect, it } from 'vitest';
import { SeededRandom } from '@muster/testing';
import { newTicket, sessionOfTicket } from './tickets.js';

describe('a ticket', () => {
  it('names its session, and no other text does', () => {
    const ticket = newTicket('ses_1', new SeededRandom());
    const others = ['nonsense', 'ses_1.', `${ticket}x`, ticket.slice(0, -1), `.${ticket}`];
    expect([ticket, ...others].map(sessionOfTicket)).toEqual(['ses_1', ...others.map(() => undefined)]);
  });
});
