import type { BookedNode } from './booked-node.js';
import { firstFailed } from './filters/index.js';
import type { Member } from './gang.js';
import { hasGpus } from './gpu-fit.js';
import { pick, type Random, randomStride } from './random.js';
import { type Scoring, scoreOf } from './scorers/index.js';
import type { Settings } from './settings.js';

/** A node that fits, by its place in the book. */
export interface Candidate {
  readonly index: number;
  readonly score: number;
}

/** What one search looks through. */
export interface SearchSpace {
  readonly count: number;
  at(index: number): BookedNode;
  /** Indexes of the nodes that have GPUs. */
  readonly withGpus: readonly number[];
}

/**
 * One of the best nodes for `member`, or undefined when no node of the whole book fits.
 * The nodes are visited from a random start in a random step; in a large book the search ends when it has compared
 * enough that fit, so that only a request that hardly fits costs a look at every node (with GPUs, if it needs some).
 */
export function findNode(
  space: SearchSpace,
  member: Member,
  { settings, scoring, random, fits }: SearchRules,
): Candidate | undefined {
  const { gpu } = member.need;
  const places = gpu === undefined || gpu.optional ? undefined : space.withGpus;
  const count = places === undefined ? space.count : places.length;
  const enough = count <= settings.scanAllUpTo ? count : settings.sampleSize;
  const best = new BestFew(settings);
  const step = randomStride(random, count);
  const avoidsGpus = gpu === undefined;
  let next = pick(random, count);
  let fitting = 0;
  let fittingWithGpu = 0;
  for (let visited = 0; visited < count && fitting < enough; visited++, next = (next + step) % count) {
    const index = places === undefined ? next : (places[next] as number);
    const node = space.at(index);
    // Where GPUs are scarce, most nodes that have some fail by this: asked before all that they pass.
    if (places !== undefined && gpu !== undefined && !hasGpus(gpu, node)) continue;
    const reluctant = avoidsGpus && node.gpus.length > 0;
    if (reluctant && fittingWithGpu >= enough) continue;
    if (firstFailed(member.filters, member.need, node) !== undefined || !(fits?.(node) ?? true)) continue;
    best.offer(index, scoreOf(scoring, member.need, node));
    if (reluctant) fittingWithGpu++;
    else fitting++;
  }
  return best.choose(random);
}

export interface SearchRules {
  readonly settings: Settings;
  readonly scoring: Scoring;
  readonly random: Random;
  /** A further condition, asked last. */
  readonly fits?: (node: BookedNode) => boolean;
}

/** Keeps the few best of what it is offered, in order. */
class BestFew {
  private readonly few: Candidate[] = [];

  constructor(private readonly settings: Settings) {}

  offer(index: number, score: number): void {
    const { few } = this;
    const last = few.at(-1);
    if (few.length >= this.settings.bestFew && last !== undefined && score <= last.score) return;
    let place = few.length;
    while (place > 0 && score > (few[place - 1]?.score ?? Infinity)) place--;
    few.splice(place, 0, { index, score });
    if (few.length > this.settings.bestFew) few.pop();
  }

  /** By chance, so that replicas of a directory do not all send to the same node; but never one that is much worse. */
  choose(random: Random): Candidate | undefined {
    const [first] = this.few;
    if (first === undefined) return undefined;
    const good = this.few.filter(({ score }) => score >= first.score - this.settings.bestWithin).length;
    return this.few[pick(random, good)];
  }
}
