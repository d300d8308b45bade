import type { PlacementExplanation, StartPhase } from '@muster/contracts';
import type { WorkerRecord } from '../session-document.js';
import { maxReason, moveSession, note, pendingWorker, type Draft } from './draft.js';

/** Each function does one change to a draft and answers whether it did something. */

export function confirm(draft: Draft): boolean {
  const { document } = draft;
  if (document.state !== 'queued' || document.granted === null) return false;
  // By our clock, as all times of the start are: that of who granted it may be another.
  document.timeline.planned = draft.nowMs;
  document.holder = document.granted.holder;
  document.granted = null;
  for (const role of Object.keys(document.recipe.roles))
    document.workers[role] ??= pendingWorker(document._id, role, 1);
  moveSession(draft, 'starting', 'a session service has it and looks for room');
  return true;
}

/** After a takeover: a higher view, so that every worker is told to run again and learns the new control address. */
export function adopt(draft: Draft): boolean {
  const { document } = draft;
  if (document.barrierPassed) document.view += 1;
  note(draft, { kind: 'warning', text: `another session service took it over (epoch ${document.epoch})` });
  return true;
}

export function close(draft: Draft, outcome: 'closed' | 'failed', reason: string): boolean {
  const { document } = draft;
  if (document.state === 'closing' || !document.live) return false;
  document.outcome = outcome;
  document.reason = reason.slice(0, maxReason);
  document.tickets = [];
  moveSession(draft, 'closing', `closing: ${reason.split('\n')[0]}`, reason);
  return true;
}

/** Only before anything was started; the place in the queue is kept, reserved incarnations are used up. */
export function requeue(draft: Draft, explanation: PlacementExplanation): boolean {
  const { document } = draft;
  if (document.state !== 'starting') return false;
  document.workers = Object.fromEntries(
    Object.values(document.workers).map((worker) => {
      const incarnation = worker.node === null ? worker.incarnation : worker.incarnation + 1;
      return [worker.role, pendingWorker(document._id, worker.role, incarnation)];
    }),
  );
  const { queued = draft.nowMs } = document.timeline;
  document.timeline = { queued };
  document.holder = null;
  document.granted = null;
  document.queue = {
    ...document.queue,
    explanation: explanation.summary.slice(0, maxReason),
    placement: explanation,
  };
  moveSession(draft, 'queued', 'no room after all; it keeps its place', explanation.summary);
  return true;
}

export function passBarrier(draft: Draft): boolean {
  const { document } = draft;
  if (document.barrierPassed) return false;
  document.barrierPassed = true;
  document.view += 1;
  markPhase(draft, 'initialised');
  return true;
}

export function settle(draft: Draft, state: 'running' | 'degraded'): boolean {
  const { document } = draft;
  if (document.state === state) return false;
  const first = document.startedAtMs === null && state === 'running';
  if (first) {
    document.startedAtMs = draft.nowMs;
    markPhase(draft, 'running');
  }
  moveSession(draft, state, first ? 'running' : state === 'running' ? 'running again' : 'a worker is missing');
  return true;
}

export function finish(draft: Draft): boolean {
  const { document } = draft;
  if (document.state !== 'closing') return false;
  moveSession(draft, document.outcome ?? 'closed', document.outcome ?? 'closed', document.reason ?? undefined);
  document.live = false;
  document.endedAtMs = draft.nowMs;
  document.clients = [];
  return true;
}

/** Of a phase that ends when the last mandatory worker has passed it. The first time counts. */
export function markWhenAll(draft: Draft, phase: StartPhase, hasPassed: (worker: WorkerRecord) => boolean): void {
  const { workers, recipe } = draft.document;
  const all = Object.values(workers).filter(({ role }) => recipe.roles[role]?.mandatory === true);
  if (all.every(hasPassed)) markPhase(draft, phase);
}

function markPhase(draft: Draft, phase: StartPhase): void {
  draft.document.timeline[phase] ??= draft.nowMs;
}
