import type { StrayRecord } from '../session-document.js';
import type { Agenda } from './agenda.js';
import { strayKey } from './effect.js';
import { isFenced, isGone } from './held-facts.js';

/** Remembers what was seen where it should not run, and stops it; on a node that is gone when that is back. */
export function stepStrays(agenda: Agenda): void {
  const { facts } = agenda;
  const known = new Set((agenda.document.strays ?? []).map(strayKey));
  const news = facts.strays.filter((stray) => !known.has(strayKey(stray)));
  if (news.length > 0) agenda.changes.push({ change: 'note-strays', strays: news });
  for (const stray of reachableStrays(agenda)) {
    const node = facts.nodes.get(stray.node);
    if (isFenced(node)) agenda.effects.push({ effect: 'stop-stray', stray, nodeEpoch: node?.fencedEpoch ?? 0 });
    else agenda.effects.push({ effect: 'fence', node: stray.node });
    if (node?.state === 'unknown' && node.unreachableSinceMs !== null)
      agenda.due(node.unreachableSinceMs + facts.limits.unknownNodeMs);
  }
}

/** On nodes that have not gone; the others may be closed over: nothing can be asked of them. */
export function reachableStrays({ document, facts }: Agenda): StrayRecord[] {
  return (document.strays ?? []).filter(({ node }) => !isGone(facts.nodes.get(node), facts));
}
