import type { BookedNode } from './booked-node.js';

const known = new WeakMap<readonly BookedNode[], readonly number[]>();

/** Places in the book of the nodes that have GPUs at all; found out once for each book, which is a value like its lines. */
export function nodesWithGpus(book: readonly BookedNode[]): readonly number[] {
  const before = known.get(book);
  if (before !== undefined) return before;
  const places: number[] = [];
  for (let place = 0; place < book.length; place++) if (book[place]?.gpus.length !== 0) places.push(place);
  known.set(book, places);
  return places;
}
