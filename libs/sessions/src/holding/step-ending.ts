import type { Agenda } from './agenda.js';

/** Whether a session that is not closing yet has to, and why; and the warnings that come before. */
export function stepEnding(agenda: Agenda): void {
  const { desired } = agenda.document;
  if (desired.state === 'closed') {
    agenda.changes.push({ change: 'close', outcome: 'closed', reason: desired.reason ?? 'closed' });
    return;
  }
  if (agenda.document.startedAtMs === null) stepStartLimits(agenda);
  else stepRunLimits(agenda, agenda.document.startedAtMs);
}

function stepStartLimits(agenda: Agenda): void {
  const { deadlineAtMs, recipe, timeline, createdAtMs } = agenda.document;
  if (deadlineAtMs !== null && agenda.due(deadlineAtMs)) {
    agenda.changes.push({ change: 'close', outcome: 'failed', reason: 'deadline: it could not be started in time' });
    return;
  }
  const { startTimeoutMs } = recipe.limits;
  if (!agenda.due((timeline.planned ?? createdAtMs) + startTimeoutMs)) return;
  const waiting = agenda.workers
    .filter((worker) => agenda.isMandatory(worker) && worker.state !== 'running')
    .map(({ role, state, reason }) => `${role} is ${state}${reason === null ? '' : ` (${reason})`}`);
  const reason = `start-timeout: it did not run within ${startTimeoutMs} ms: ${waiting.join(', ')}`;
  agenda.changes.push({ change: 'close', outcome: 'failed', reason });
}

function stepRunLimits(agenda: Agenda, startedAtMs: number): void {
  const { document, facts } = agenda;
  const { idleMs, maxAgeMs } = document.recipe.limits;
  const { use, limits } = facts;
  if (limited(agenda, 'max-age', startedAtMs + maxAgeMs, maxAgeMs)) return;
  if (limited(agenda, 'idle', Math.max(startedAtMs, use.lastUseMs) + idleMs, idleMs)) return;
  if (document.recipe.onDisconnect !== 'close' || use.leftAtMs === null) return;
  if (!agenda.due(use.leftAtMs + limits.disconnectGraceMs)) return;
  agenda.changes.push({ change: 'close', outcome: 'closed', reason: 'disconnected' });
}

/** Closes at `endMs`; warns a while before, at most half of the whole time. */
function limited(agenda: Agenda, about: 'idle' | 'max-age', endMs: number, wholeMs: number): boolean {
  const { facts } = agenda;
  if (agenda.due(endMs)) {
    agenda.changes.push({ change: 'close', outcome: 'closed', reason: about });
    return true;
  }
  if (facts.warned.has(about)) return false;
  const beforeMs = Math.min(facts.limits.warnBeforeMs, wholeMs / 2);
  if (!agenda.due(endMs - beforeMs)) return false;
  const text = about === 'idle' ? 'it is not used' : 'it has reached its greatest age';
  const leftMs = endMs - facts.nowMs;
  agenda.changes.push({
    change: 'warn',
    about,
    text: `the session is closed in ${Math.ceil(leftMs / 1000)} s: ${text}`,
  });
  return false;
}
