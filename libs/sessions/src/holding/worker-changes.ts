import type { WorkerRecord } from '../session-document.js';
import { canMove, workerMachine } from '../session.machine.js';
import { stateWhenFound, type Change, type Member, type PlacedMember } from './change.js';
import { maxReason, moveWorker, noteWorker, pendingWorker, type Draft } from './draft.js';
import { markWhenAll } from './session-changes.js';
import { leaveBehind } from './stray-changes.js';

type Of<Name extends Change['change']> = Extract<Change, { change: Name }>;

/** Each function does one change to a draft and answers whether it did something: never to another incarnation. */

export function place(draft: Draft, members: PlacedMember[]): boolean {
  const placed = members.flatMap((member) => {
    const worker = presentIn(draft, member);
    return worker?.state === 'pending' && worker.node === null ? [{ worker, member }] : [];
  });
  for (const { worker, member } of placed) {
    const { placement, joinTokenHash, sealedAcceptToken } = member;
    const { node, nodeName, nodeEpoch, booking, address: nodeAddress } = placement;
    Object.assign(worker, { node, nodeName, nodeEpoch, nodeAddress, booking, joinTokenHash, sealedAcceptToken });
    worker.startedAtMs = draft.nowMs;
    moveWorker(draft, worker, 'placed', `${worker.role} goes to ${nodeName}`);
  }
  markWhenAll(draft, 'reserved', ({ node }) => node !== null);
  return placed.length > 0;
}

export function startTaken(draft: Draft, change: Of<'start-taken'>): boolean {
  const worker = presentIn(draft, change);
  if (worker === undefined || worker.state !== 'placed') return false;
  worker.address = change.address;
  moveWorker(draft, worker, 'starting', `${worker.role} is starting on ${worker.nodeName}`);
  markStarted(draft);
  return true;
}

function markStarted(draft: Draft): void {
  markWhenAll(draft, 'process-started', ({ state }) => state !== 'pending' && state !== 'placed');
}

/** Voids the join token: a second registration finds none. */
export function register(draft: Draft, change: Of<'register'>): boolean {
  const worker = presentIn(draft, change);
  if (worker === undefined || !canMove(workerMachine, worker.state, 'ready', 'holder') || worker.state === 'lost')
    return false;
  const { address, speaks, sealedAcceptToken } = change;
  Object.assign(worker, { address, speaks, sealedAcceptToken, joinTokenHash: null });
  worker.initialised = speaks === 'program';
  moveWorker(draft, worker, 'ready', `${worker.role} has registered`);
  // It may register before its node's answer to the start has been taken.
  markStarted(draft);
  markWhenAll(draft, 'registered', (each) => each.speaks !== null);
  changePeers(draft);
  return true;
}

export function initialised(draft: Draft, change: Of<'initialised'>): boolean {
  const worker = presentIn(draft, change);
  if (worker === undefined || worker.initialised) return false;
  worker.initialised = true;
  return true;
}

export function ran(draft: Draft, change: Of<'ran'>): boolean {
  const worker = presentIn(draft, change);
  if (worker === undefined || worker.ranView >= change.view) return false;
  worker.ranView = change.view;
  if (worker.state === 'ready') moveWorker(draft, worker, 'running', `${worker.role} is running`);
  return true;
}

export function stop(draft: Draft, change: Of<'stop'>): boolean {
  const worker = presentIn(draft, change);
  if (worker === undefined || worker.state === 'ended') return false;
  const wishChanged = worker.desired !== change.desired;
  worker.desired = change.desired;
  if (worker.state === 'stopping') return wishChanged;
  worker.reason = change.reason.slice(0, maxReason);
  if (change.blameless === true) worker.blameless = true;
  if (worker.node === null) return end(draft, { ...change, change: 'end' });
  worker.stopRequestedAtMs = draft.nowMs;
  // A lost worker is stopped when its node answers.
  if (worker.state === 'lost') return true;
  moveWorker(draft, worker, 'stopping', `${worker.role} is to end: ${change.reason}`);
  if (change.desired === 'running') changePeers(draft);
  return true;
}

export function lose(draft: Draft, change: Of<'lose'>): boolean {
  const worker = presentIn(draft, change);
  if (worker === undefined || !canMove(workerMachine, worker.state, 'lost', 'holder')) return false;
  worker.reason = change.reason.slice(0, maxReason);
  moveWorker(draft, worker, 'lost', `${worker.role}: ${change.reason}`);
  changePeers(draft);
  return true;
}

/** Its node has it, in this node epoch. */
export function find(draft: Draft, change: Of<'find'>): boolean {
  const worker = presentIn(draft, change);
  if (worker === undefined) return false;
  const moved = worker.nodeEpoch !== change.nodeEpoch;
  worker.nodeEpoch = change.nodeEpoch;
  if (worker.state !== 'lost') return moved;
  worker.reason = worker.stopRequestedAtMs === null ? null : worker.reason;
  moveWorker(draft, worker, stateWhenFound(worker), `${worker.role}: its node answers again`);
  changePeers(draft);
  return true;
}

/** The present incarnation is over; the next one waits `pauseMs` before it is placed. */
export function nextIncarnation(draft: Draft, change: Of<'next-incarnation'>): boolean {
  const worker = presentIn(draft, change);
  if (worker === undefined || worker.state === 'ended') return false;
  moveWorker(draft, worker, 'ended', `${worker.role} has ended: ${change.reason}`);
  if (change.leaves === true) leaveBehind(draft, worker);
  const next = pendingWorker(draft.document._id, worker.role, worker.incarnation + 1);
  next.reason = change.reason.slice(0, maxReason);
  next.notBeforeMs = draft.nowMs + change.pauseMs;
  next.crashesAtMs = change.counts ? [...worker.crashesAtMs, draft.nowMs].slice(-1001) : worker.crashesAtMs;
  draft.document.workers[worker.role] = next;
  noteWorker(draft, next, `${worker.role} is started again (incarnation ${next.incarnation})`);
  changePeers(draft);
  return true;
}

export function end(draft: Draft, change: Of<'end'>): boolean {
  const worker = presentIn(draft, change);
  if (worker === undefined || worker.state === 'ended') return false;
  if (change.leaves === true) leaveBehind(draft, worker);
  worker.desired = 'ended';
  worker.reason = change.reason.slice(0, maxReason);
  worker.joinTokenHash = null;
  moveWorker(draft, worker, 'ended', `${worker.role} has ended: ${change.reason}`);
  changePeers(draft);
  return true;
}

function presentIn(draft: Draft, { role, incarnation }: Member): WorkerRecord | undefined {
  const worker = draft.document.workers[role];
  return worker?.incarnation === incarnation ? worker : undefined;
}

/** Peers and relays see every change of the list by a higher view; before the barrier nobody has one. */
function changePeers({ document }: Draft): void {
  if (document.barrierPassed) document.view += 1;
}
