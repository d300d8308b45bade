import type { BookedNode } from '../booked-node.js';

/** The best that any of the refused nodes has left, for "(best has ...)". Never below zero. */
export function best(nodes: readonly BookedNode[], amount: (node: BookedNode) => number): number {
  return nodes.reduce((most, node) => Math.max(most, amount(node)), 0);
}

/** `2 GiB`, `1.5 GiB`, `300 MiB`, `12 bytes`; rounded down, so that "best has" is never more than there is. */
export function bytesText(bytes: number): string {
  for (const [unit, size] of units) if (bytes >= size) return `${Math.floor((bytes / size) * 100) / 100} ${unit}`;
  return `${bytes} bytes`;
}

const units = [
  ['TiB', 1024 ** 4],
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
  ['KiB', 1024],
] as const;
