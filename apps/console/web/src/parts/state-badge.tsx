import type { SessionState, WorkerState } from '@muster/contracts';

type Tone = 'good' | 'moving' | 'warning' | 'bad' | 'over';

const tones: Readonly<Record<SessionState | WorkerState, Tone>> = {
  queued: 'moving',
  starting: 'moving',
  running: 'good',
  degraded: 'warning',
  hibernating: 'moving',
  hibernated: 'over',
  closing: 'moving',
  closed: 'over',
  failed: 'bad',
  pending: 'moving',
  placed: 'moving',
  ready: 'moving',
  stopping: 'moving',
  ended: 'over',
  lost: 'bad',
};

/** Told apart by their shape too. */
const marks: Readonly<Record<Tone, string>> = { good: '●', moving: '◐', warning: '▲', bad: '✕', over: '○' };

/** The state of a session or worker. */
export function StateBadge({ state }: { state: SessionState | WorkerState }) {
  const tone = tones[state];
  return (
    <span class={`state ${tone}`}>
      <span aria-hidden="true">{marks[tone]}</span> {state}
    </span>
  );
}
