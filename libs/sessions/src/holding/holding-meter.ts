import { startPhases, type StartPhase } from '@muster/contracts';
import type { SessionDocument } from '../session-document.js';
import { startFailureOf, type StartFailure } from '../start-failure.js';

/** Counts what becomes of the sessions that are held. */
export interface HoldingMeter {
  /** From the request until it ran for the first time. */
  started(tookMs: number): void;
  /** Of that time what passed before this phase, since the one before it. */
  reached(phase: StartPhase, tookMs: number): void;
  /** It ended as failed and had never run. */
  failed(reason: StartFailure): void;
  restarted(workers: number): void;
}

/** What a write of the holder has brought about. */
export function measure(before: SessionDocument, after: SessionDocument, meter: HoldingMeter): void {
  const { startedAtMs, createdAtMs, state, reason } = after;
  // Two clocks, where another computer took the session in.
  if (before.startedAtMs === null && startedAtMs !== null) {
    meter.started(Math.max(0, startedAtMs - createdAtMs));
    measurePhases(after.timeline, meter);
  }
  if (before.state !== 'failed' && state === 'failed' && startedAtMs === null) meter.failed(startFailureOf(reason));
  const restarts = state === 'queued' ? 0 : restartsBetween(before, after);
  if (restarts > 0) meter.restarted(restarts);
}

function measurePhases(timeline: SessionDocument['timeline'], meter: HoldingMeter): void {
  let beforeMs = timeline.queued;
  for (const phase of startPhases) {
    const atMs = timeline[phase];
    if (atMs === undefined) continue;
    if (phase !== 'queued' && beforeMs !== undefined) meter.reached(phase, Math.max(0, atMs - beforeMs));
    beforeMs = atMs;
  }
}

function restartsBetween(before: SessionDocument, after: SessionDocument): number {
  const next = Object.values(after.workers).map(({ role, incarnation }) => {
    return incarnation - (before.workers[role]?.incarnation ?? incarnation);
  });
  return next.reduce((sum, each) => sum + each, 0);
}
