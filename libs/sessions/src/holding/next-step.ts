import type { SessionDocument } from '../session-document.js';
import { Agenda, type NextSteps } from './agenda.js';
import { stepClosing } from './step-closing.js';
import { stepEnding } from './step-ending.js';
import { stepPlacement } from './step-placement.js';
import { stepWorker } from './step-worker.js';
import { stepStrays } from './step-strays.js';
import type { HeldFacts } from './held-facts.js';

/**
 * What the holder of a session does next. Pure: the same document and facts give the same steps. Level-triggered: it looks at
 * what is, not at what happened, so a forgotten or repeated event does no harm.
 */
export function nextSteps(document: SessionDocument, facts: HeldFacts): NextSteps {
  const agenda = new Agenda(document, facts);
  if (!document.live) return agenda;
  switch (document.state) {
    case 'queued':
      if (document.granted !== null) agenda.changes.push({ change: 'confirm' });
      return agenda;
    case 'starting':
    case 'running':
    case 'degraded':
      stepLive(agenda);
      break;
    case 'closing':
      stepClosing(agenda);
      break;
    default:
      return agenda;
  }
  stepStrays(agenda);
  return agenda;
}

function stepLive(agenda: Agenda): void {
  stepEnding(agenda);
  if (agenda.changes.length > 0) return;
  if (agenda.facts.adopting) {
    agenda.changes.push({ change: 'adopt' });
    return;
  }
  for (const worker of agenda.workers) stepWorker(agenda, worker);
  if (agenda.changes.length > 0) return;
  stepPlacement(agenda);
  stepBarrier(agenda);
}

/** Every mandatory worker has its initial data -> all are told to run; every mandatory worker runs -> the session does. */
function stepBarrier(agenda: Agenda): void {
  const { document } = agenda;
  const mandatory = agenda.workers.filter((worker) => agenda.isMandatory(worker));
  if (!document.barrierPassed) {
    const ready = mandatory.every(
      ({ state, initialised }) => (state === 'ready' || state === 'running') && initialised,
    );
    if (ready) agenda.changes.push({ change: 'pass-barrier' });
    return;
  }
  const running = mandatory.every(({ state }) => state === 'running');
  if (running && document.state !== 'running') agenda.changes.push({ change: 'settle', state: 'running' });
  if (!running && document.state === 'running') agenda.changes.push({ change: 'settle', state: 'degraded' });
}
