import {
  startPhases,
  type PhaseView,
  type QueueView,
  type RoleView,
  type SessionView,
  type WorkerView,
} from '@muster/contracts';
import type { SessionDocument, WorkerRecord } from './session-document.js';
import { workerIdOf } from './worker-id.js';

/** What its owner sees of a session; `queue` only while it waits. */
export function sessionViewOf(session: SessionDocument, queue: QueueView | undefined): SessionView {
  const { _id: id, type, project, owner, state, reason, epoch } = session;
  return {
    id,
    type,
    project,
    owner,
    state,
    ...(reason === null ? {} : { reason }),
    ...(queue === undefined || state !== 'queued' ? {} : { queue }),
    epoch,
    roles: Object.fromEntries(Object.values(session.workers).map((worker) => [worker.role, roleViewOf(worker)])),
    createdAt: timeOf(session.createdAtMs),
    startedAt: timeOrNull(session.startedAtMs),
    endedAt: timeOrNull(session.endedAtMs),
    timeline: timelineOf(session),
  };
}

function timelineOf({ timeline }: SessionDocument): PhaseView[] {
  return startPhases.flatMap((phase) => {
    const atMs = timeline[phase];
    return atMs === undefined ? [] : [{ phase, at: timeOf(atMs) }];
  });
}

function roleViewOf({ state, nodeName, node, incarnation, reason }: WorkerRecord): RoleView {
  return { state, node: nodeName ?? node, incarnation, ...(reason === null ? {} : { reason }) };
}

/** Every role of the session, also those that nothing was done for yet. */
export function workerViewsOf(session: SessionDocument): WorkerView[] {
  return Object.entries(session.recipe.roles).map(([role, { worker: type, mandatory }]) => {
    const worker = session.workers[role];
    return {
      id: worker?.id ?? workerIdOf(session._id, role),
      role,
      type,
      mandatory,
      state: worker?.state ?? 'pending',
      incarnation: worker?.incarnation ?? 1,
      node: worker?.nodeName ?? worker?.node ?? null,
      ...(worker?.reason == null ? {} : { reason: worker.reason }),
      startedAt: timeOrNull(worker?.startedAtMs ?? null),
    };
  });
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : timeOf(ms);
}
