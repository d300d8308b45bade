import type { SessionDocument } from '../session-document.js';
import { startFailureOf, type StartFailure } from '../start-failure.js';

/** Counts what becomes of the sessions that are held. */
export interface HoldingMeter {
  /** From the request until it ran for the first time. */
  started(tookMs: number): void;
  /** It ended as failed and had never run. */
  failed(reason: StartFailure): void;
  restarted(workers: number): void;
}

/** What a write of the holder has brought about. */
export function measure(before: SessionDocument, after: SessionDocument, meter: HoldingMeter): void {
  const { startedAtMs, createdAtMs, state, reason } = after;
  // Two clocks, where another computer took the session in.
  if (before.startedAtMs === null && startedAtMs !== null) meter.started(Math.max(0, startedAtMs - createdAtMs));
  if (before.state !== 'failed' && state === 'failed' && startedAtMs === null) meter.failed(startFailureOf(reason));
  const restarts = state === 'queued' ? 0 : restartsBetween(before, after);
  if (restarts > 0) meter.restarted(restarts);
}

function restartsBetween(before: SessionDocument, after: SessionDocument): number {
  const next = Object.values(after.workers).map(({ role, incarnation }) => {
    return incarnation - (before.workers[role]?.incarnation ?? incarnation);
  });
  return next.reduce((sum, each) => sum + each, 0);
}
