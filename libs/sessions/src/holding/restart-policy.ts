import type { RestartPolicy } from '@muster/contracts';
import type { WorkerRecord } from '../session-document.js';
import type { HoldingLimits } from './held-facts.js';

/** Crashes of a role that still count. */
export function recentCrashes({ crashesAtMs }: WorkerRecord, { withinMs }: RestartPolicy, nowMs: number): number {
  return crashesAtMs.filter((atMs) => atMs > nowMs - withinMs).length;
}

/** The first restart waits `backoffMs`; it doubles with each crash that counts. */
export function pauseBeforeRestart(crashes: number, policy: Required<RestartPolicy>, limits: HoldingLimits): number {
  return Math.min(policy.backoffMs * 2 ** Math.min(Math.max(crashes - 1, 0), 30), limits.maxRestartPauseMs);
}
