import type { SessionEvent, SessionState, WorkerState } from '@muster/contracts';
import type { SessionDocument, WorkerRecord } from '../session-document.js';
import { withEvent } from '../session-events.js';
import { assertMove, sessionMachine, workerMachine } from '../session.machine.js';
import { workerIdOf } from '../worker-id.js';

/** A copy of a session document that one batch of changes may write to; what the changes never touch is shared. */
export interface Draft {
  document: SessionDocument;
  nowMs: number;
}

export function draftOf(document: SessionDocument, nowMs: number): Draft {
  const workers = Object.fromEntries(Object.entries(document.workers).map(([role, worker]) => [role, { ...worker }]));
  return { document: { ...document, workers, timeline: { ...document.timeline } }, nowMs };
}

export function note(draft: Draft, fact: Omit<SessionEvent, 'id' | 'at'>): void {
  Object.assign(draft.document, withEvent(draft.document, fact, draft.nowMs));
}

/** Longest reason that is kept, in characters. */
export const maxReason = 4000;

export function moveSession(draft: Draft, to: SessionState, text: string, reason?: string): void {
  assertMove(sessionMachine, draft.document.state, to, 'holder');
  draft.document.state = to;
  note(draft, {
    kind: 'state',
    state: to,
    text,
    ...(reason === undefined ? {} : { reason: reason.slice(0, maxReason) }),
  });
}

export function moveWorker(draft: Draft, worker: WorkerRecord, to: WorkerState, text: string): void {
  assertMove(workerMachine, worker.state, to, 'holder');
  worker.state = to;
  noteWorker(draft, worker, text);
}

export function noteWorker(draft: Draft, worker: WorkerRecord, text: string): void {
  note(draft, {
    kind: 'worker',
    role: worker.role,
    text: text.slice(0, maxReason),
    worker: { state: worker.state, incarnation: worker.incarnation, node: worker.nodeName ?? worker.node },
  });
}

/** A role's incarnation before anything was done for it. */
export function pendingWorker(session: string, role: string, incarnation: number): WorkerRecord {
  return {
    id: workerIdOf(session, role),
    role,
    incarnation,
    desired: 'running',
    state: 'pending',
    reason: null,
    node: null,
    nodeName: null,
    nodeEpoch: null,
    nodeAddress: null,
    booking: null,
    address: null,
    speaks: null,
    joinTokenHash: null,
    sealedAcceptToken: null,
    initialised: false,
    ranView: 0,
    startedAtMs: null,
    crashesAtMs: [],
    notBeforeMs: null,
    stopRequestedAtMs: null,
  };
}
