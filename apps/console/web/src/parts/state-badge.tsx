import type { NodeState, NodeWorkloadView, ServiceView, SessionState, WorkerState } from '@muster/contracts';
import { type Tone, ToneMark } from './tone-mark.js';

/** Every state that the page shows: of sessions, workers, nodes, what sits on them, and services. */
export type AnyState = SessionState | WorkerState | NodeState | NodeWorkloadView['state'] | ServiceView['state'];

const tones: Readonly<Record<AnyState, Tone>> = {
  queued: 'pending',
  pending: 'pending',
  reserved: 'pending',
  placed: 'busy',
  starting: 'busy',
  hibernating: 'busy',
  closing: 'busy',
  stopping: 'busy',
  leaving: 'busy',
  ready: 'good',
  running: 'good',
  degraded: 'warning',
  suspect: 'warning',
  draining: 'warning',
  failed: 'bad',
  lost: 'bad',
  down: 'bad',
  'not-ready': 'bad',
  unreachable: 'bad',
  'lease-ended': 'bad',
  hibernated: 'quiet',
  closed: 'quiet',
  ended: 'quiet',
};

/** A state in words, with a mark whose shape tells it as its colour does. */
export function StateBadge({ state }: { state: AnyState }) {
  const tone = tones[state] ?? 'quiet';
  return (
    <span class={`badge ${tone}`}>
      <ToneMark tone={tone} />
      {state.replace('-', ' ')}
    </span>
  );
}
