import type { InstanceId, PlacementExplanation } from '@muster/contracts';
import { systemStopped } from '../holding/step-worker.js';
import { withEvent } from '../session-events.js';
import { assertMove, sessionMachine } from '../session.machine.js';
import type { SessionDocument } from '../session-document.js';

/** The writes that global session makes to a session document, as pure functions: the document after the write. */

/** The next epoch, offered to a session service: it confirms, or the grant expires. */
export function granted(session: SessionDocument, holder: InstanceId, nowMs: number): SessionDocument {
  const epoch = session.epoch + 1;
  return { ...session, epoch, granted: { holder, epoch, atMs: nowMs } };
}

/** The grant was not confirmed. The epoch stays: the next grant raises it. */
export function ungranted(session: SessionDocument): SessionDocument {
  return { ...session, granted: null };
}

/** Another session service has it, under the next epoch; state and workers are as they were. */
export function takenOver(session: SessionDocument, holder: InstanceId): SessionDocument {
  return { ...session, epoch: session.epoch + 1, holder, granted: null };
}

/** Why it still waits, for whoever looks. */
export function explained(
  session: SessionDocument,
  explanation: string,
  placement: PlacementExplanation | null,
): SessionDocument {
  return { ...session, queue: { ...session.queue, explanation: explanation.slice(0, maxText), placement } };
}

export interface Wish {
  reason: string;
  /** User id or service. */
  by: string;
}

/**
 * It is to end: its holder closes it; without one it ends here. A wish that was there before stays, with its reason, except that
 * the end of everything makes haste.
 */
export function closing(session: SessionDocument, wish: Wish, nowMs: number): SessionDocument {
  const { live, desired: before } = session;
  const isHaste = wish.reason === systemStopped && before.reason !== systemStopped;
  if (!live || (before.state === 'closed' && !isHaste)) return session;
  const desired = { ...session, desired: { state: 'closed' as const, ...wish } };
  if (session.state !== 'queued' && session.state !== 'hibernated') return desired;
  return ended(desired, { state: 'closed', reason: wish.reason }, nowMs);
}

/** What waited ends without ever having had a holder; a grant under way is void. */
export function ended(
  session: SessionDocument,
  end: { state: 'closed' | 'failed'; reason: string },
  nowMs: number,
): SessionDocument {
  const { state } = end;
  assertMove(sessionMachine, session.state, state, 'global-session');
  const reason = end.reason.slice(0, maxText);
  const text = state === 'closed' ? 'closed while it waited' : 'given up while it waited';
  return {
    ...session,
    ...withEvent(session, { kind: 'state', state, text, reason }, nowMs),
    state,
    reason,
    live: false,
    granted: null,
    outcome: state,
    endedAtMs: nowMs,
    tickets: [],
    clients: [],
  };
}

/** Longest text that is kept, in characters. */
const maxText = 4000;
