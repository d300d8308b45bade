import { bookingFor } from './book-hardware.js';
import { type BookedNode, takeBooking } from './booked-node.js';
import { firstFailed } from './filters/index.js';
import { isContradiction, type Member, resolve, type Unit } from './gang.js';
import { nodesWithGpus } from './nodes-with-gpus.js';
import type { Placement } from './placement-request.js';
import type { Random } from './random.js';
import { type Packing, type Scoring, scoreParts } from './scorers/index.js';
import { findNode, type SearchSpace } from './search.js';
import type { Settings } from './settings.js';

/** The book with what this attempt has placed so far. */
export class Attempt implements SearchSpace {
  readonly placements: Placement[] = [];
  readonly nodeOf = new Map<string, string>();
  private readonly changed = new Map<number, BookedNode>();

  constructor(
    readonly book: readonly BookedNode[],
    private readonly rules: { readonly settings: Settings; readonly random: Random; readonly packing: Packing },
  ) {}

  get count(): number {
    return this.book.length;
  }

  get withGpus(): readonly number[] {
    return nodesWithGpus(this.book);
  }

  at(index: number): BookedNode {
    return ((this.changed.size > 0 && this.changed.get(index)) || this.book[index]) as BookedNode;
  }

  /** Puts all members of the unit on one node and answers true, or changes nothing and answers false. */
  place(unit: Unit): boolean {
    if (isContradiction(unit)) return false;
    const members = unit.map((member) => resolve(member, unit, this.nodeOf));
    const [first, ...others] = members as [Member, ...Member[]];
    const fits = others.length === 0 ? undefined : (node: BookedNode) => fitTogether(members, node);
    const found = findNode(this, first, { ...this.rules, scoring: this.scoring(first), fits });
    if (found === undefined) return false;
    for (const member of members) this.put(member, found.index);
    return true;
  }

  private put(member: Member, index: number): void {
    const { need } = member;
    const node = this.at(index);
    const parts = scoreParts(this.scoring(member), need, node);
    const score = Object.values(parts).reduce((sum, part) => sum + part, 0);
    const booking = bookingFor(need, node);
    this.placements.push({ key: need.request.key, nodeId: node.node.id, score, parts, booking });
    this.nodeOf.set(need.request.key, node.node.id);
    this.changed.set(index, takeBooking(node, booking));
  }

  private scoring({ scorers }: Member): Scoring {
    return { scorers, weights: this.rules.settings.weights, packing: this.rules.packing };
  }
}

/** Whether one node can take the members one after another. */
export function fitTogether(members: readonly Member[], node: BookedNode): boolean {
  let left = node;
  for (const { filters, need } of members) {
    if (firstFailed(filters, need, left) !== undefined) return false;
    left = takeBooking(left, bookingFor(need, left));
  }
  return true;
}
