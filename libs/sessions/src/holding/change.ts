import type { PlacementExplanation, ReservedPlacement, SessionState, WorkerState } from '@muster/contracts';
import type { StrayRecord } from '../session-document.js';

/** One incarnation of one role: a change or effect about another incarnation than the present one does nothing. */
export interface Member {
  role: string;
  incarnation: number;
}

/** Hardware that a node has put aside for one worker, with what is written before the start is sent. */
export interface PlacedMember extends Member {
  placement: ReservedPlacement;
  joinTokenHash: string | null;
  sealedAcceptToken: string | null;
}

/** What the user is warned about, once each time it comes near. */
export type Warning = 'idle' | 'max-age' | 'no-room';

/**
 * One change of a session document by its holder. `leaves`: its node has not said that the incarnation is over. Each checks for itself whether it still applies, so that a change can be
 * repeated on a document that was read again.
 */
export type Change =
  | { change: 'confirm' }
  | { change: 'adopt' }
  | { change: 'close'; outcome: 'closed' | 'failed'; reason: string }
  | { change: 'requeue'; explanation: PlacementExplanation }
  | { change: 'pass-barrier' }
  | { change: 'settle'; state: Extract<SessionState, 'running' | 'degraded'> }
  | { change: 'finish' }
  | { change: 'warn'; about: Warning; text: string }
  | ({ change: 'progress'; text: string; done?: number } & Member)
  | { change: 'place'; members: PlacedMember[] }
  | ({ change: 'start-taken'; address: string | null } & Member)
  | ({ change: 'register'; address: string; speaks: 'stream' | 'http' | 'program'; sealedAcceptToken: string } & Member)
  | ({ change: 'initialised' } & Member)
  | ({ change: 'ran'; view: number } & Member)
  | ({ change: 'stop'; reason: string; desired: 'running' | 'ended'; blameless?: boolean } & Member)
  | ({ change: 'lose'; reason: string } & Member)
  | ({ change: 'find'; nodeEpoch: number } & Member)
  | ({ change: 'next-incarnation'; reason: string; counts: boolean; pauseMs: number; leaves?: boolean } & Member)
  | ({ change: 'end'; reason: string; leaves?: boolean } & Member)
  | { change: 'note-strays'; strays: readonly StrayRecord[] }
  | { change: 'drop-stray'; stray: StrayRecord };

/** What a lost worker is again when its node answers: where it stood, never behind that. */
export function stateWhenFound(worker: {
  stopRequestedAtMs: number | null;
  ranView: number;
  address: string | null;
  speaks: string | null;
}): WorkerState {
  if (worker.stopRequestedAtMs !== null) return 'stopping';
  if (worker.speaks === null) return 'starting';
  return worker.ranView > 0 ? 'running' : 'ready';
}
