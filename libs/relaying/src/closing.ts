import { closeCodes, MusterError } from '@muster/contracts';

/** One of {@link closeCodes}, or one with more to say. */
export interface Closing {
  code: number;
  meaning: string;
}

/** A closing frame has room for 123 bytes of text; ours is ASCII. */
const maxMeaningLength = 123;

/** For the author of the client: what is wrong with the frame. `reason` names members, and never their values. */
export function invalidFrame(reason: string): Closing {
  const { code, meaning } = closeCodes.protocolError;
  return { code, meaning: `${meaning}: ${reason}`.slice(0, maxMeaningLength) };
}

/** How a connection that could not be opened is closed. */
export function closingOf(error: unknown): Closing {
  const code = error instanceof MusterError ? error.code : undefined;
  if (code === 'ticket-invalid' || code === 'token-expired') return closeCodes.notAuthenticated;
  if (code === 'not-allowed') return closeCodes.notYours;
  if (code === 'session-ended' || code === 'unknown-session' || code === 'not-found') return closeCodes.sessionEnded;
  return closeCodes.holderUnavailable;
}
