import type { HardwareAmounts } from '@muster/contracts';
import { type BookedNode, lastingNode } from './booked-node.js';
import { explain, explanationOf } from './explain.js';
import { firstFailed } from './filters/index.js';
import { isContradiction, type Member, memberOf, type Unit } from './gang.js';
import { lastingNeed } from './need.js';
import type { PlacementExplanation, PlacementPolicy, PlacementRequest } from './placement-request.js';

/**
 * Why the gang cannot ever be placed on the known nodes, even if all were empty, ours and others', and ready; undefined when it might be.
 * Claims nothing it cannot prove: it may miss an impossible gang, it never refuses a possible one.
 */
export function whyNever(
  units: readonly Unit[],
  book: readonly BookedNode[],
  policy: PlacementPolicy,
): PlacementExplanation | undefined {
  const contradiction = units.find(isContradiction);
  if (contradiction) return gangNever(contradiction, book, 'cannot be both near and apart');
  if (policy.bookSettled === false || book.length === 0) return undefined;
  const fixed = units.filter((unit) => unit.every(({ need }) => !canGrow(need.request, policy)));
  if (fixed.length === 0) return undefined;
  return memberNever(fixed.flat(), book) ?? unitNever(fixed, book) ?? cliqueNever(fixed, book) ?? sumNever(fixed, book);
}

function canGrow({ hardware: { pool } }: PlacementRequest, { canGrowPools = false }: PlacementPolicy): boolean {
  if (typeof canGrowPools === 'boolean') return canGrowPools;
  return pool === undefined ? canGrowPools.length > 0 : canGrowPools.includes(pool);
}

/** A member that fits no node. */
function memberNever(members: readonly Member[], book: readonly BookedNode[]): PlacementExplanation | undefined {
  const lasting = members.map(lastingMember);
  const hopeless = lasting.find((member) => !book.some((node) => canHost(member, node)));
  return (
    hopeless &&
    explain(
      hopeless,
      book.map(({ node }) => lastingNode(node)),
    )
  );
}

/** Members that must be on one node, and on no node there is enough for all of them. */
function unitNever(units: readonly Unit[], book: readonly BookedNode[]): PlacementExplanation | undefined {
  const hopeless = units.find((unit) => unit.length > 1 && !book.some((node) => mightHostAll(unit, node)));
  return hopeless && gangNever(hopeless, book, 'too small for those that must be on one node');
}

function mightHostAll(unit: Unit, node: BookedNode): boolean {
  return (
    isWithin(sumOf(unit), lastingNode(node.node).free) &&
    wholeCards(unit) <= node.gpus.length &&
    unit.every((member) => canHost(lastingMember(member), node))
  );
}

/** More members that must all be on different nodes than there are nodes for them. */
function cliqueNever(units: readonly Unit[], book: readonly BookedNode[]): PlacementExplanation | undefined {
  const members = units.flat();
  for (const start of members) {
    if (start.apart.size === 0) continue;
    const clique = apartFrom(start, members);
    const hosts = book.filter((node) => clique.some((member) => canHost(lastingMember(member), node)));
    if (hosts.length < clique.length)
      return gangNever([start], book, `too few for ${clique.length} that must be apart`);
  }
  return undefined;
}

function apartFrom(start: Member, members: readonly Member[]): Member[] {
  const clique = [start];
  for (const { need, ...rest } of members) {
    if (clique.every(({ apart }) => apart.has(need.request.key))) clique.push({ need, ...rest });
  }
  return clique;
}

/** More in sum than all nodes have. */
function sumNever(units: readonly Unit[], book: readonly BookedNode[]): PlacementExplanation | undefined {
  const members = units.flat();
  const [first] = members;
  if (first === undefined || members.length < 2) return undefined;
  const all = addUp(book.map(({ node }) => lastingNode(node).free));
  const cards = book.reduce((sum, { gpus }) => sum + gpus.length, 0);
  if (isWithin(sumOf(members), all) && wholeCards(members) <= cards) return undefined;
  return gangNever([first], book, 'too small together for the whole gang');
}

function gangNever([first]: Unit, book: readonly BookedNode[], text: string): PlacementExplanation {
  const reason = { filter: 'gang', count: book.length, text, nodes: [] };
  return explanationOf(first.need.request.key, {
    nodes: book.length,
    fitting: 0,
    reasons: book.length ? [reason] : [],
  });
}

function lastingMember({ need, apart }: Member): Member {
  return memberOf(lastingNeed(need), apart);
}

function canHost({ filters, need }: Member, { node }: BookedNode): boolean {
  return firstFailed(filters, need, lastingNode(node)) === undefined;
}

function sumOf(members: readonly Member[]): HardwareAmounts {
  return addUp(members.map(({ need }) => need.amounts));
}

function addUp(amounts: readonly HardwareAmounts[]): HardwareAmounts {
  const sum: HardwareAmounts = { cpuMillis: 0, memoryBytes: 0, diskBytes: 0, ports: 0 };
  for (const each of amounts) {
    sum.cpuMillis += each.cpuMillis;
    sum.memoryBytes += each.memoryBytes;
    sum.diskBytes += each.diskBytes;
  }
  return sum;
}

function isWithin(need: HardwareAmounts, have: HardwareAmounts): boolean {
  return need.cpuMillis <= have.cpuMillis && need.memoryBytes <= have.memoryBytes && need.diskBytes <= have.diskBytes;
}

function wholeCards(members: readonly Member[]): number {
  return members.reduce((sum, { need: { gpu } }) => sum + (gpu?.whole && !gpu.optional ? gpu.cards : 0), 0);
}
