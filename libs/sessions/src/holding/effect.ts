import type { NodeId } from '@muster/contracts';
import type { StrayRecord } from '../session-document.js';
import type { Member } from './change.js';

/** Something outside that should be asked for. Asking twice does no harm; the document says so before it is asked for. */
export type Effect =
  | { effect: 'reserve'; members: Member[]; gang: boolean }
  | ({ effect: 'start' } & Member)
  | ({ effect: 'init' } & Member)
  | ({ effect: 'run' } & Member)
  | ({ effect: 'shutdown'; graceMs: number } & Member)
  | ({ effect: 'stop'; graceMs: number } & Member)
  | { effect: 'fence'; node: NodeId }
  | { effect: 'stop-stray'; stray: StrayRecord; nodeEpoch: number };

/** Two effects with one key are the same wish: only one of them is under way at a time. */
export function keyOf(effect: Effect): string {
  switch (effect.effect) {
    case 'reserve':
      return effect.gang ? 'reserve' : `reserve:${effect.members.map(memberKey).join(',')}`;
    case 'fence':
      return `fence:${effect.node}`;
    case 'stop-stray':
      return `stop-stray:${strayKey(effect.stray)}`;
    default:
      return `${effect.effect}:${memberKey(effect)}`;
  }
}

export function strayKey({ node, worker, incarnation }: StrayRecord): string {
  return `${node}:${worker}:${incarnation}`;
}

export function memberKey({ role, incarnation }: Member): string {
  return `${role}:${incarnation}`;
}
