import type { WorkerRecord } from '../session-document.js';
import type { Agenda } from './agenda.js';
import { isFenced, observedOf } from './held-facts.js';

/** Whether its node obeys our epoch, so that it can be asked for something. If not: fences it, shows its workers as lost. */
export function reachesNode(agenda: Agenda, worker: WorkerRecord): boolean {
  const { role, incarnation, nodeName, node: id, state } = worker;
  const node = id === null ? undefined : agenda.facts.nodes.get(id);
  // What the fence did not find has nothing more to be told in the new node epoch.
  const isMissing = observedOf(worker, agenda.facts)?.state === 'missing';
  if (isFenced(node) && (isMissing || worker.nodeEpoch === node?.fencedEpoch)) return true;
  if (id !== null) agenda.effects.push({ effect: 'fence', node: id });
  if (node === undefined || node.unreachableSinceMs === null) return false;
  if (state !== 'lost') {
    agenda.changes.push({ change: 'lose', role, incarnation, reason: `its node ${nodeName} does not answer` });
  }
  if (node.state === 'unknown') agenda.due(node.unreachableSinceMs + agenda.facts.limits.unknownNodeMs);
  return false;
}
