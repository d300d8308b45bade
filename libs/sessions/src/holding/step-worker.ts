import type { WorkerRecord } from '../session-document.js';
import type { Agenda } from './agenda.js';
import { describeExit, isFinished } from './exit-reason.js';
import { isGone, observedOf, type ObservedWorker } from './held-facts.js';
import { reachesNode } from './reach-node.js';
import { pauseBeforeRestart, recentCrashes } from './restart-policy.js';

/** The reason of sessions that end because everything does. */
export const systemStopped = 'system-stopped';

/** The next step of one worker of a session that starts or runs. */
export function stepWorker(agenda: Agenda, worker: WorkerRecord): void {
  if (worker.state === 'ended' || worker.node === null) return;
  const { role, incarnation, nodeName } = worker;
  if (isGone(agenda.facts.nodes.get(worker.node), agenda.facts)) {
    const reason = `its node ${nodeName} is down`;
    agenda.changes.push({
      change: 'next-incarnation',
      role,
      incarnation,
      reason,
      counts: false,
      pauseMs: 0,
      leaves: true,
    });
    return;
  }
  if (!reachesNode(agenda, worker)) return;
  const observed = observedOf(worker, agenda.facts);
  if (observed?.state === 'exited' || observed?.state === 'missing') {
    stepExit(agenda, worker, observed);
    return;
  }
  stepAlive(agenda, worker, observed);
}

/** It is over: started again, unless it had done its work, or crashes too often. */
function stepExit(agenda: Agenda, worker: WorkerRecord, observed: ObservedWorker): void {
  const { role, incarnation } = worker;
  const exit = describeExit(worker, observed);
  const mandatory = agenda.isMandatory(worker);
  // A start may still be on its way to a node that does not have it.
  const leaves = observed.state === 'missing';
  if (worker.desired === 'ended' || (!mandatory && isFinished(observed))) {
    agenda.changes.push({ change: 'end', role, incarnation, reason: exit, leaves });
    return;
  }
  const policy = agenda.roleOf(worker).restart;
  const counts = observed.innocent !== true && worker.blameless !== true;
  const crashes = recentCrashes(worker, policy, agenda.facts.nowMs) + (counts ? 1 : 0);
  if (crashes <= policy.maxTimes || !counts) {
    const pauseMs = pauseBeforeRestart(crashes, policy, agenda.facts.limits);
    agenda.changes.push({ change: 'next-incarnation', role, incarnation, reason: exit, counts, pauseMs, leaves });
    return;
  }
  const times = crashes === 1 ? 'once' : `${crashes} times`;
  const reason = `worker-failed: ${role} ended ${times} within ${policy.withinMs} ms, the last time: ${exit}`;
  agenda.changes.push({ change: 'end', role, incarnation, reason });
  if (mandatory) agenda.changes.push({ change: 'close', outcome: 'failed', reason });
}

function stepAlive(agenda: Agenda, worker: WorkerRecord, observed: ObservedWorker | undefined): void {
  const { role, incarnation } = worker;
  const program = agenda.typeOf(worker).registers !== 'self';
  switch (worker.state) {
    case 'placed':
    case 'starting':
      stepStarting(agenda, worker, observed);
      return;
    case 'ready':
      if (!worker.initialised) {
        if (!startedTooLate(agenda, worker, observed)) agenda.effects.push({ effect: 'init', role, incarnation });
        return;
      }
      stepRun(agenda, worker, program);
      return;
    case 'running':
      stepRun(agenda, worker, program);
      return;
    case 'stopping':
      agenda.effects.push({ effect: 'stop', role, incarnation, graceMs: graceOf(agenda, worker) });
      return;
    default:
  }
}

function stepStarting(agenda: Agenda, worker: WorkerRecord, observed: ObservedWorker | undefined): void {
  const { role, incarnation, sealedAcceptToken } = worker;
  const program = agenda.typeOf(worker).registers !== 'self';
  if (program && observed?.state === 'answering' && observed.address !== undefined && sealedAcceptToken !== null) {
    const { address } = observed;
    agenda.changes.push({ change: 'register', role, incarnation, address, speaks: 'program', sealedAcceptToken });
    return;
  }
  if (!agenda.facts.prepared(worker) && (!program || worker.state === 'placed')) {
    // Only the holder that made the join token can take the registration.
    restart(agenda, worker, 'the session service that started it has gone', true);
    return;
  }
  if (startedTooLate(agenda, worker, observed)) return;
  if (worker.state === 'placed') agenda.effects.push({ effect: 'start', role, incarnation });
}

/** Pulling its image counts to another limit, until its node says that it runs. */
function startedTooLate(agenda: Agenda, worker: WorkerRecord, observed: ObservedWorker | undefined): boolean {
  const { startTimeoutMs, pullTimeoutMs, run } = agenda.typeOf(worker);
  const mayPull = run.image !== undefined && (observed === undefined || observed.state === 'starting');
  const limitMs = startTimeoutMs + (mayPull ? pullTimeoutMs : 0);
  if (!agenda.due((worker.startedAtMs ?? 0) + limitMs)) return false;
  const missing = worker.state === 'ready' ? 'take its initial data' : 'register';
  restart(agenda, worker, `it did not ${missing} within ${limitMs} ms`);
  return true;
}

/**
 * Only a first run has an end: it is a part of the start. A worker that runs already and cannot be told of new peers is told
 * again until it hears; whether it hangs is for its node to say, since only the path to it may be broken.
 */
function runsTooLate(agenda: Agenda, worker: WorkerRecord): boolean {
  const { startTimeoutMs } = agenda.typeOf(worker);
  const askedAtMs = agenda.facts.askedToRunAtMs(worker);
  if (worker.state !== 'ready' || askedAtMs === undefined || !agenda.due(askedAtMs + startTimeoutMs)) return false;
  restart(agenda, worker, `it did not take its peers within ${startTimeoutMs} ms`);
  return true;
}

function restart(agenda: Agenda, { role, incarnation }: WorkerRecord, reason: string, blameless = false): void {
  agenda.changes.push({ change: 'stop', role, incarnation, reason, desired: 'running', blameless });
}

function stepRun(agenda: Agenda, worker: WorkerRecord, program: boolean): void {
  const { view, barrierPassed } = agenda.document;
  const { role, incarnation } = worker;
  if (!barrierPassed || worker.ranView >= view) return;
  if (program) agenda.changes.push({ change: 'ran', role, incarnation, view });
  else if (!runsTooLate(agenda, worker)) agenda.effects.push({ effect: 'run', role, incarnation });
}

export function graceOf(agenda: Agenda, worker: WorkerRecord): number {
  const { shutdownGraceMs } = agenda.typeOf(worker);
  const { reason, desired } = agenda.document;
  const systemStops = reason === systemStopped || desired.reason === systemStopped;
  return systemStops ? Math.min(shutdownGraceMs, agenda.facts.limits.stopGraceMs) : shutdownGraceMs;
}
