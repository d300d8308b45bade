import type { StrayRecord, WorkerRecord } from '../session-document.js';
import type { Draft } from './draft.js';
import { strayKey } from './effect.js';

/** More are not remembered: the oldest are forgotten. */
const maxStrays = 100;

/** Answers whether there were any that were not known. */
export function noteStrays({ document }: Draft, strays: readonly StrayRecord[]): boolean {
  const known = new Set((document.strays ?? []).map(strayKey));
  const news = strays.filter((stray) => !known.has(strayKey(stray)));
  if (news.length > 0) document.strays = [...(document.strays ?? []), ...news].slice(-maxStrays);
  return news.length > 0;
}

/** Its node says that it has ended. */
export function dropStray({ document }: Draft, stray: StrayRecord): boolean {
  const strays = document.strays ?? [];
  const left = strays.filter((other) => strayKey(other) !== strayKey(stray));
  if (left.length === strays.length) return false;
  document.strays = left;
  return true;
}

/** Given up without its node's word that it has ended. */
export function leaveBehind(draft: Draft, { id, incarnation, node, nodeAddress }: WorkerRecord): void {
  if (node !== null) noteStrays(draft, [{ worker: id, incarnation, node, nodeAddress }]);
}
