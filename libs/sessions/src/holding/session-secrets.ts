import type { SessionId } from '@muster/contracts';
import { newAcceptToken, newJoinToken, type Sealing } from '@muster/identity';
import type { RandomSource } from '@muster/platform';
import type { WorkerRecord } from '../session-document.js';

type Named = Pick<WorkerRecord, 'id' | 'incarnation'>;

/** The secrets of workers: made here, sealed for the document, opened for calls. */
export class SessionSecrets {
  constructor(
    private readonly sealing: Sealing,
    private readonly random: RandomSource,
  ) {}

  newJoinToken(session: SessionId, worker: Named): { token: string; hash: string } {
    return newJoinToken({ sessionId: session, workerId: worker.id, incarnation: worker.incarnation }, this.random);
  }

  newAcceptToken(session: SessionId, worker: Named): { token: string; sealed: string } {
    const token = newAcceptToken(this.random);
    return { token, sealed: this.sealing.seal(token, contextOf(session, worker)) };
  }

  /** Throws SealingError when it was sealed for another incarnation or with another key. */
  open(sealed: string, session: SessionId, worker: Named): string {
    return this.sealing.open(sealed, contextOf(session, worker));
  }
}

function contextOf(session: SessionId, worker: Named): string {
  return `accept-token/${session}/${worker.id}/${worker.incarnation}`;
}
