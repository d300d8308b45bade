import { errorCodes } from '@muster/contracts';
import { page, table } from './markdown.js';

/** Every error code that a client can meet. */
export function errorsPage(): string {
  const codes = Object.entries(errorCodes).sort(
    ([a, one], [b, other]) => one.status - other.status || a.localeCompare(b),
  );
  return page(
    '# Errors',
    'For authors of clients: every error code, to decide what your program does about it. Decide by `code`, never by the text.',
    'Every error answer is `application/problem+json` (RFC 9457) with `type`, `title`, `status`, `detail` (what happened and what to do), `code`, and where it helps `errors` (member by member), `traceId` (leads to the log lines) and further facts. Answers 429 and 503 carry `Retry-After`. The same codes come in `err` frames of the WebSocket.',
    table(
      ['code', 'status', 'meaning'],
      codes.map(([code, { status, title }]) => [`\`${code}\``, String(status), title]),
    ),
  );
}
