import type { PlacementAsk } from '@muster/contracts';
import { pendingWorker } from '../holding/draft.js';
import { placementAskOf } from '../holding/start-command.js';
import type { SessionDocument } from '../session-document.js';

/** What the directory is asked before a session is granted: whether all mandatory workers would find a place together. */
export function dryPlanOf(session: Omit<SessionDocument, 'rev'>, reservationMs: number): PlacementAsk {
  const mandatory = Object.entries(session.recipe.roles).filter(([, { mandatory }]) => mandatory);
  const pending = mandatory.map(([role]) => pendingWorker(session._id, role, session.workers[role]?.incarnation ?? 1));
  const workers = Object.fromEntries(pending.map((worker) => [worker.role, worker]));
  return placementAskOf({ ...session, rev: 0, workers }, pending, reservationMs);
}
