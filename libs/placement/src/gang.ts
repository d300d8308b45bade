import { allFilters, type PlacementFilter } from './filters/index.js';
import { type Need, needOf } from './need.js';
import type { PlacementRequest } from './placement-request.js';
import { allScorers, type PlacementScorer } from './scorers/index.js';

/** One request of a gang, with the filters and scorers that matter for it. */
export interface Member {
  readonly need: Need;
  readonly filters: readonly PlacementFilter[];
  readonly scorers: readonly PlacementScorer[];
  /** Keys of the others that must be elsewhere, whoever of the two said so. */
  readonly apart: ReadonlySet<string>;
}

/** Members that must be on one node, the most demanding first: at least one. */
export type Unit = readonly [Member, ...Member[]];

/** The gang as units, the most demanding first: what is hard to place has the whole book to choose from. */
export function unitsOf(requests: readonly PlacementRequest[]): Unit[] {
  const members = requests.map((request) => memberOf(needOf(request), apartOf(request, requests)));
  return groupNear(members).sort((a, b) => demandOf(b) - demandOf(a));
}

/** The member as it stands when others of the gang have got the nodes named in `nodeOf` (key -> node id). */
export function resolve(member: Member, unit: Unit, nodeOf: ReadonlyMap<string, string>): Member {
  const nearNodes = unit.flatMap(({ need }) => peerNodes(need.request, need.request.near));
  const apartNodes = peerNodes(member.need.request, member.need.request.apart);
  for (const key of member.apart) {
    const node = nodeOf.get(key);
    if (node !== undefined) apartNodes.push(node);
  }
  if (nearNodes.length === 0 && apartNodes.length === 0) return member;
  return memberOf({ ...member.need, nearNodes, apartNodes }, member.apart);
}

/** Whether two of those that must be on one node must also be on different ones. */
export function isContradiction(unit: Unit): boolean {
  return unit.some(({ apart }) => unit.some(({ need }) => apart.has(need.request.key)));
}

export function memberOf(need: Need, apart: ReadonlySet<string> = nobody): Member {
  return {
    need,
    filters: allFilters.filter((filter) => filter.applies(need)),
    scorers: allScorers.filter((scorer) => scorer.applies(need)),
    apart,
  };
}

const nobody: ReadonlySet<string> = new Set();

function peerNodes({ peers }: PlacementRequest, keys: readonly string[] | undefined): string[] {
  if (peers === undefined || keys === undefined) return [];
  return keys.flatMap((key) => peers[key] ?? []);
}

function apartOf(request: PlacementRequest, all: readonly PlacementRequest[]): ReadonlySet<string> {
  if (all.length === 1) return nobody;
  const others = all.filter(
    ({ key, apart }) => request.apart?.includes(key) === true || apart?.includes(request.key) === true,
  );
  return new Set(others.map(({ key }) => key).filter((key) => key !== request.key));
}

/** Being near is mutual and passed on: if a is near b and b near c, all three are on one node. */
function groupNear(members: readonly Member[]): Unit[] {
  const groups: Member[][] = [];
  for (const member of members) {
    const touching = groups.filter((group) => group.some((other) => areNear(member, other)));
    for (const group of touching) groups.splice(groups.indexOf(group), 1);
    groups.push([...touching.flat(), member]);
  }
  return groups.map(hardestFirst);
}

function hardestFirst(group: Member[]): Unit {
  return group.sort((a, b) => demandOfOne(b) - demandOfOne(a)) as [Member, ...Member[]];
}

function areNear(a: Member, b: Member): boolean {
  const { request: one } = a.need;
  const { request: other } = b.need;
  return (one.near?.includes(other.key) ?? false) || (other.near?.includes(one.key) ?? false);
}

function demandOf(unit: Unit): number {
  return unit.reduce((sum, member) => sum + demandOfOne(member), 0);
}

/** Orders members only: GPUs before narrow conditions before sizes. */
function demandOfOne({ need: { gpu, request, amounts } }: Member): number {
  const { pool, labels, os, arch } = request.hardware;
  const cards = gpu === undefined || gpu.optional ? 0 : gpu.whole ? 1 + gpu.cards : 1;
  const conditions = [pool, labels, os, arch, request.near, request.apart].filter((each) => each !== undefined).length;
  return cards * 1000 + conditions * 100 + amounts.cpuMillis / 1000 + amounts.memoryBytes / 2 ** 32;
}
