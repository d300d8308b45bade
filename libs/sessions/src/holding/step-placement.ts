import type { WorkerRecord } from '../session-document.js';
import type { Agenda } from './agenda.js';

/** Asks for room: the first mandatory workers as a gang, restarts and other roles singly. */
export function stepPlacement(agenda: Agenda): void {
  const waiting = agenda.workers.filter((worker) => awaitsRoom(agenda, worker));
  const mandatory = waiting.filter((worker) => agenda.isMandatory(worker));
  if (agenda.document.barrierPassed) {
    for (const worker of waiting) agenda.effects.push({ effect: 'reserve', members: [memberOf(worker)], gang: false });
    return;
  }
  if (mandatory.length === 0) return;
  const { noRoom } = agenda.facts;
  const untouched = agenda.workers.every(({ node }) => node === null);
  if (noRoom?.verdict === 'never') {
    const reason = `never-placeable: ${noRoom.explanation.summary}`;
    agenda.changes.push({ change: 'close', outcome: 'failed', reason });
  } else if (noRoom !== null && untouched) {
    agenda.changes.push({ change: 'requeue', explanation: noRoom.explanation });
  } else {
    agenda.effects.push({ effect: 'reserve', members: mandatory.map(memberOf), gang: true });
  }
}

function awaitsRoom(agenda: Agenda, { state, node, notBeforeMs }: WorkerRecord): boolean {
  return state === 'pending' && node === null && (notBeforeMs === null || agenda.due(notBeforeMs));
}

function memberOf({ role, incarnation }: WorkerRecord): { role: string; incarnation: number } {
  return { role, incarnation };
}
