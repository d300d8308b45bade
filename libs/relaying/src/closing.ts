import { closeCodes, MusterError } from '@muster/contracts';

export type Closing = (typeof closeCodes)[keyof typeof closeCodes];

/** How a connection that could not be opened is closed. */
export function closingOf(error: unknown): Closing {
  const code = error instanceof MusterError ? error.code : undefined;
  if (code === 'ticket-invalid' || code === 'token-expired') return closeCodes.notAuthenticated;
  if (code === 'not-allowed') return closeCodes.notYours;
  if (code === 'session-ended' || code === 'unknown-session' || code === 'not-found') return closeCodes.sessionEnded;
  return closeCodes.holderUnavailable;
}
