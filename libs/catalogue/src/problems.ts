import type { MemberProblem } from '@muster/contracts';

/** One thing wrong in a catalogue file: where, which member, why, and what to do. Line and column count from 1. */
export interface CatalogueProblem extends MemberProblem {
  file: string;
  line: number;
  column: number;
  fix?: string;
}

/** A wrong member together with what its author can do about it. */
export interface FixableProblem extends MemberProblem {
  fix?: string;
}

/** The catalogue's files cannot be used; `problems` lists everything that is wrong at once. */
export class CatalogueError extends Error {
  override readonly name = 'CatalogueError';
  readonly code = 'catalogue-invalid';

  constructor(
    readonly folder: string,
    readonly problems: readonly CatalogueProblem[],
  ) {
    super([`The catalogue ${folder} is not valid:`, ...problems.map(describeProblem)].join('\n  '));
  }
}

/** `file:line:column member reason; fix`, as editors and terminals link it. */
export function describeProblem(problem: CatalogueProblem): string {
  const member = problem.member === '' ? '' : ` ${problem.member}`;
  const fix = problem.fix === undefined ? '' : `; ${problem.fix}`;
  return `${problem.file}:${problem.line}:${problem.column}${member} ${problem.reason}${fix}`;
}

/** The word of `known` that `word` was probably meant to be, or undefined. */
export function nearestWord(word: string, known: Iterable<string>): string | undefined {
  let best: { word: string; distance: number } | undefined;
  for (const each of known) {
    const distance = editDistance(word.toLowerCase(), each.toLowerCase());
    if (best === undefined || distance < best.distance) best = { word: each, distance };
  }
  return best !== undefined && best.distance <= Math.max(word.length > 3 ? 2 : 1, Math.floor(word.length / 3))
    ? best.word
    : undefined;
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [index, character] of left.split('').entries()) {
    const next = [index + 1];
    for (let column = 1; column <= right.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (right[column - 1] === character ? 0 : 1);
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
