import type { BookedNode } from './booked-node.js';
import { explain } from './explain.js';
import { firstFailed } from './filters/index.js';
import { gangFilter } from './filters/gang.js';
import { type Member, resolve, type Unit, unitsOf } from './gang.js';
import { whyNever } from './never.js';
import { Attempt } from './place-units.js';
import type {
  Placement,
  PlacementExplanation,
  PlacementPlan,
  PlacementPolicy,
  PlacementRequest,
} from './placement-request.js';
import { seededRandom } from './random.js';
import { settingsOf } from './settings.js';

/**
 * Finds a node for every request, or for none and says why: `later` when it may become possible, `never` when no known
 * node could host it even empty. The same requests, book and policy give the same answer. Keys must be unique.
 */
export function planPlacement(
  requests: readonly PlacementRequest[],
  book: readonly BookedNode[],
  policy: PlacementPolicy,
): PlacementPlan {
  const units = unitsOf(requests);
  const outcome = tryToPlace(units, book, policy);
  if ('placements' in outcome) return { verdict: 'now', placements: inOrder(outcome.placements, requests) };
  const never = whyNever(units, book, policy);
  if (never !== undefined) return { verdict: 'never', explanation: never };
  return { verdict: 'later', explanation: explainFailure(outcome) };
}

interface Failure {
  readonly unit: Unit;
  readonly attempt: Attempt;
}

type Outcome = { readonly placements: readonly Placement[] } | Failure;

/** Greedy; a unit that finds no place comes first in the next try, and every second try packs tightly. */
function tryToPlace(units: readonly Unit[], book: readonly BookedNode[], policy: PlacementPolicy): Outcome {
  const settings = settingsOf(policy);
  const random = seededRandom(policy.seed);
  const order = [...units];
  for (let tries = 1; ; tries++) {
    const packing = tries % 2 === 0 ? 'bin-pack' : settings.packing;
    const attempt = new Attempt(book, { settings, random, packing });
    const unit = order.find((each) => !attempt.place(each));
    if (unit === undefined) return { placements: attempt.placements };
    // Nothing was placed before it: it has no place in the whole book.
    if (unit === order[0] || tries >= settings.gangTries) return { unit, attempt };
    order.splice(order.indexOf(unit), 1);
    order.unshift(unit);
  }
}

function inOrder(placements: readonly Placement[], requests: readonly PlacementRequest[]): readonly Placement[] {
  if (placements.length < 2) return placements;
  const byKey = new Map(placements.map((placement) => [placement.key, placement]));
  return requests.flatMap(({ key }) => byKey.get(key) ?? []);
}

/** By the member of the unit that has no node at all; else every node that would do for one was spoilt by the others. */
function explainFailure({ unit, attempt }: Failure): PlacementExplanation {
  const members = unit.map((member) => resolve(member, unit, noNodes));
  const homeless = members.find((member) => !attempt.book.some((node) => fits(member, node)));
  return explain(homeless ?? (members[0] as Member), attempt.book, () => gangFilter);
}

const noNodes: ReadonlyMap<string, string> = new Map();

function fits({ filters, need }: Member, node: BookedNode): boolean {
  return firstFailed(filters, need, node) === undefined;
}
