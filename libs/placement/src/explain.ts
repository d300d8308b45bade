import type { BookedNode } from './booked-node.js';
import { firstFailed, type PlacementFilter } from './filters/index.js';
import type { Member } from './gang.js';
import type { Need } from './need.js';
import type { PlacementExplanation, PlacementReason } from './placement-request.js';

const namesShown = 5;

/** Why the nodes that do not fit `member` do not; `more` may name a reason for which a node is refused that passes all filters. */
export function explain(
  member: Member,
  book: readonly BookedNode[],
  more?: (node: BookedNode, index: number) => PlacementFilter | undefined,
): PlacementExplanation {
  const groups = new Map<string, Group>();
  let fitting = 0;
  for (const [index, node] of book.entries()) {
    const filter = firstFailed(member.filters, member.need, node) ?? more?.(node, index);
    if (filter === undefined) fitting++;
    else groupFor(groups, filter, filter.kind?.(member.need, node) ?? '').nodes.push(node);
  }
  const reasons = [...groups.values()].map((group) => reasonOf(group, member.need)).sort(byCount);
  return explanationOf(member.need.request.key, { nodes: book.length, fitting, reasons });
}

export function explanationOf(
  request: string,
  counts: Pick<PlacementExplanation, 'nodes' | 'fitting' | 'reasons'>,
): PlacementExplanation {
  return { summary: summaryOf(counts), request, ...counts };
}

function summaryOf({ nodes, fitting, reasons }: Pick<PlacementExplanation, 'nodes' | 'fitting' | 'reasons'>): string {
  if (nodes === 0) return 'no nodes are known';
  const parts = reasons.map(({ count, text }) => `${count} ${text}`);
  if (fitting > 0) parts.unshift(`${fitting} fit`);
  return `${nodes} node${nodes === 1 ? '' : 's'}: ${parts.join(', ')}`;
}

interface Group {
  readonly filter: PlacementFilter;
  readonly kind: string;
  readonly nodes: BookedNode[];
}

function groupFor(groups: Map<string, Group>, filter: PlacementFilter, kind: string): Group {
  const name = `${filter.name} ${kind}`;
  const known = groups.get(name);
  if (known !== undefined) return known;
  const group: Group = { filter, kind, nodes: [] };
  groups.set(name, group);
  return group;
}

function reasonOf({ filter, kind, nodes }: Group, need: Need): PlacementReason {
  return {
    filter: filter.name,
    count: nodes.length,
    text: filter.explain(need, nodes, kind),
    nodes: nodes.slice(0, namesShown).map(({ node }) => node.name),
  };
}

function byCount(a: PlacementReason, b: PlacementReason): number {
  return b.count - a.count || (a.text < b.text ? -1 : 1);
}
