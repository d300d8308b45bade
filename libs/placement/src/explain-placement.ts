import { bookingFor } from './book-hardware.js';
import type { BookedNode } from './booked-node.js';
import { explain } from './explain.js';
import { firstFailed } from './filters/index.js';
import { type Member, resolve, type Unit, unitsOf } from './gang.js';
import { whyNever } from './never.js';
import type { Placement, PlacementExplanation, PlacementPolicy, PlacementRequest } from './placement-request.js';
import { type Scoring, scoreOf, scoreParts } from './scorers/index.js';
import { settingsOf } from './settings.js';

/** What a dry run answers: where one request could go, best first, and why not elsewhere. */
export interface PlacementReport {
  readonly verdict: 'now' | 'later' | 'never';
  readonly candidates: readonly Placement[];
  readonly explanation: PlacementExplanation;
}

/** Looks at every node of the book; nothing is left to chance. At most `limit` candidates. */
export function explainPlacement(
  request: PlacementRequest,
  book: readonly BookedNode[],
  policy: PlacementPolicy & { readonly limit?: number },
): PlacementReport {
  const units = unitsOf([request]);
  const [unit] = units as [Unit];
  const member = resolve(unit[0], unit, new Map());
  const candidates = candidatesFor(member, book, policy).slice(0, policy.limit ?? 10);
  if (candidates.length > 0) return { verdict: 'now', candidates, explanation: explain(member, book) };
  const never = whyNever(units, book, policy);
  return { verdict: never ? 'never' : 'later', candidates, explanation: never ?? explain(member, book) };
}

function candidatesFor(member: Member, book: readonly BookedNode[], policy: PlacementPolicy): Placement[] {
  const { weights, packing } = settingsOf(policy);
  const scoring: Scoring = { scorers: member.scorers, weights, packing };
  return book
    .filter((node) => firstFailed(member.filters, member.need, node) === undefined)
    .map((node) => candidate(member, node, scoring))
    .sort((a, b) => b.score - a.score || (a.nodeId < b.nodeId ? -1 : 1));
}

function candidate({ need }: Member, node: BookedNode, scoring: Scoring): Placement {
  return {
    key: need.request.key,
    nodeId: node.node.id,
    score: scoreOf(scoring, need, node),
    parts: scoreParts(scoring, need, node),
    booking: bookingFor(need, node),
  };
}
