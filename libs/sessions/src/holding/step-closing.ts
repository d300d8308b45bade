import type { WorkerRecord } from '../session-document.js';
import type { Agenda } from './agenda.js';
import { describeExit } from './exit-reason.js';
import { isGone, observedOf } from './held-facts.js';
import { reachesNode } from './reach-node.js';
import { reachableStrays } from './step-strays.js';
import { graceOf } from './step-worker.js';

/** Ends every worker: told to shut down, given its grace, then stopped by its node. The session ends when all have. */
export function stepClosing(agenda: Agenda): void {
  const living = agenda.workers.filter(({ state }) => state !== 'ended');
  for (const worker of living) stepWorkerOut(agenda, worker);
  if (living.length === 0 && reachableStrays(agenda).length === 0) agenda.changes.push({ change: 'finish' });
}

function stepWorkerOut(agenda: Agenda, worker: WorkerRecord): void {
  const { role, incarnation } = worker;
  const over = whyOver(agenda, worker);
  if (over !== undefined) {
    agenda.changes.push({ change: 'end', role, incarnation, ...over });
    return;
  }
  if (worker.desired !== 'ended') {
    const reason = agenda.document.reason?.split('\n')[0] ?? 'the session ends';
    agenda.changes.push({ change: 'stop', role, incarnation, reason, desired: 'ended' });
    // A worker that was being stopped to be restarted goes on stopping.
    if (worker.state !== 'stopping') return;
  }
  if (!reachesNode(agenda, worker)) return;
  askToEnd(agenda, worker);
}

function whyOver(agenda: Agenda, worker: WorkerRecord): { reason: string; leaves?: boolean } | undefined {
  if (worker.node === null) return { reason: 'it was not started' };
  if (isGone(agenda.facts.nodes.get(worker.node), agenda.facts))
    return { reason: `its node ${worker.nodeName} is down`, leaves: true };
  const observed = observedOf(worker, agenda.facts);
  const over = observed?.state === 'exited' || observed?.state === 'missing';
  return over ? { reason: describeExit(worker, observed), leaves: observed.state === 'missing' } : undefined;
}

function askToEnd(agenda: Agenda, worker: WorkerRecord): void {
  const { role, incarnation, speaks } = worker;
  const graceMs = graceOf(agenda, worker);
  const endMs = (worker.stopRequestedAtMs ?? 0) + graceMs;
  const told = agenda.facts.told(worker);
  if (speaks !== 'stream' && speaks !== 'http') {
    agenda.effects.push({ effect: 'stop', role, incarnation, graceMs });
  } else if (told === 'unreachable' || agenda.due(endMs)) {
    const leftMs = Math.max(0, endMs - agenda.facts.nowMs);
    agenda.effects.push({ effect: 'stop', role, incarnation, graceMs: leftMs });
  } else if (told === undefined) {
    agenda.effects.push({ effect: 'shutdown', role, incarnation, graceMs });
  }
}
