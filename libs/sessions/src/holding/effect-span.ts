import type { SpanAttributes, SpanStart } from '@muster/platform';
import type { SessionDocument } from '../session-document.js';
import { sessionSpan } from '../session-trace.js';
import type { Effect } from './effect.js';

/** What waits for room, or for a node, may be repeated for days: its trace shows how it began. */
const recordedAttempts = 10;

/** What asks somebody else, rather than one of ours that tells its own part. */
const ofWorkers: ReadonlySet<Effect['effect']> = new Set(['init', 'run', 'shutdown']);

/** The span of one attempt of an effect. */
export function effectSpan(effect: Effect, attempt: number, session: SessionDocument): SpanStart {
  const start = sessionSpan(session, {
    name: effect.effect,
    kind: ofWorkers.has(effect.effect) ? 'client' : 'internal',
    attributes: { 'muster.attempt': attempt, ...attributesOf(effect) },
  });
  const { parent } = start;
  return parent === undefined || attempt <= recordedAttempts
    ? start
    : { ...start, parent: { ...parent, sampled: false } };
}

function attributesOf(effect: Effect): SpanAttributes {
  switch (effect.effect) {
    case 'reserve':
      return { 'muster.roles': effect.members.map(({ role }) => role).join(',') };
    case 'fence':
      return { 'muster.node': effect.node };
    case 'stop-stray':
      return { 'muster.node': effect.stray.node, 'muster.incarnation': effect.stray.incarnation };
    default:
      return { 'muster.role': effect.role, 'muster.incarnation': effect.incarnation };
  }
}
