import { closeCodes } from '@muster/contracts';
import { page, table } from './markdown.js';

const advice = {
  no: 'do not come back',
  now: 'come back at once, with a new ticket',
  later: 'come back after a pause that grows, with a new ticket',
  'new-ticket': 'come back with a new ticket, if the login is still good',
} as const;

/** How the relay closes a client's WebSocket. */
export function closeCodesPage(): string {
  const codes = Object.values(closeCodes).sort((a, b) => a.code - b.code);
  return page(
    '# Closing codes of the WebSocket',
    'For authors of clients that do not use the client library: what each closing code means, and whether to come back.',
    table(
      ['code', 'meaning', 'what to do'],
      codes.map(({ code, meaning, comeBack }) => [String(code), meaning, advice[comeBack]]),
    ),
    `A connection that ends with another code or with none (1006) was lost: ${advice.now}.`,
    'The session itself goes on, whatever closes the socket; only 4404 says that it has ended.',
  );
}
