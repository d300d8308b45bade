import type { SessionView } from '@muster/contracts';
import { duration } from '@muster/wording';
import { type Tone, ToneMark } from '../parts/tone-mark.js';
import { lengthOf, phaseTexts, type StartStep, startSteps } from './start-steps.js';
import { useFineTime } from './use-fine-time.js';

const tones: Readonly<Record<StartStep['state'], Tone>> = {
  done: 'good',
  'under way': 'busy',
  stopped: 'bad',
  ahead: 'quiet',
};

/** How a session came to run: each phase as a row with a bar, which grows while the phase lasts. */
export function StartTimeline({ session }: { session: SessionView }) {
  const isStarting = session.state === 'queued' || session.state === 'starting';
  const now = useFineTime(isStarting);
  const endMs = session.endedAt === null ? now : Date.parse(session.endedAt);
  const steps = startSteps(session.timeline, { isStarting, endMs });
  const totalMs = lengthOf(steps);
  return (
    <section class="card" aria-labelledby="start-title">
      <header class="card-head">
        <h2 id="start-title">Start</h2>
        <span class="quiet">{startText(steps, totalMs)}</span>
      </header>
      <table class="timeline">
        <thead class="hidden-text">
          <tr>
            <th scope="col">Phase</th>
            <th scope="col">State</th>
            <th scope="col">Took</th>
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => (
            <StepRow key={step.phase} step={step} totalMs={totalMs} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function startText(steps: readonly StartStep[], totalMs: number): string {
  if (steps.at(-1)?.state === 'done') return `took ${duration(totalMs)}`;
  if (steps.some(({ state }) => state === 'under way')) return `for ${duration(totalMs)} so far`;
  return steps.some(({ state }) => state === 'stopped') ? `ended after ${duration(totalMs)}` : '';
}

function StepRow({ step, totalMs }: { step: StartStep; totalMs: number }) {
  const { phase, state, fromMs, tookMs } = step;
  const part = (ms: number): string => `${totalMs === 0 ? 0 : (100 * ms) / totalMs}%`;
  return (
    <tr class={state.replace(' ', '-')}>
      <th scope="row" title={phaseTexts[phase]}>
        <ToneMark tone={tones[state]} />
        {phase.replace('-', ' ')}
        <span class="hidden-text">: {phaseTexts[phase]}</span>
      </th>
      <td class="bar">
        <span class="hidden-text">{state}</span>
        <span class="track" aria-hidden="true">
          {state !== 'ahead' && <span class="length" style={{ '--from': part(fromMs), '--took': part(tookMs) }} />}
        </span>
      </td>
      <td class="took">{state === 'ahead' || phase === 'running' ? '' : duration(tookMs)}</td>
    </tr>
  );
}
