import type { PhaseView, StartPhase } from '@muster/contracts';

/** One phase of a start: from when on the session was in it, and how long. */
export interface StartStep {
  phase: StartPhase;
  state: 'done' | 'under way' | 'stopped' | 'ahead';
  /** Since the first phase began, in ms; 0 for what is ahead. */
  fromMs: number;
  /** 0 for what is ahead, and for `running`, with which the start is over. */
  tookMs: number;
}

/** What happens in each phase, in their order. */
export const phaseTexts: Readonly<Record<StartPhase, string>> = {
  queued: 'waits for its turn and for room',
  planned: 'nodes put hardware aside',
  reserved: 'nodes start the processes',
  'process-started': 'workers register',
  registered: 'workers get their initial data',
  initialised: 'workers are told to run',
  running: 'every mandatory worker runs',
};

const phases = Object.keys(phaseTexts) as StartPhase[];

/** The phases of a start. `endMs` is now while it starts, and when the session ended where it never ran. */
export function startSteps(timeline: readonly PhaseView[], { isStarting, endMs }: StartEnd): StartStep[] {
  const times = new Map(timeline.map(({ phase, at }) => [phase, Date.parse(at)]));
  const beginMs = Math.min(...times.values());
  return phases.map((phase): StartStep => {
    const at = times.get(phase);
    if (at === undefined) return { phase, state: 'ahead', fromMs: 0, tookMs: 0 };
    const fromMs = at - beginMs;
    const later = timeline.findIndex((each) => each.phase === phase) + 1;
    const next = timeline[later];
    if (next !== undefined) return { phase, state: 'done', fromMs, tookMs: Math.max(0, Date.parse(next.at) - at) };
    if (phase === 'running') return { phase, state: 'done', fromMs, tookMs: 0 };
    return { phase, state: isStarting ? 'under way' : 'stopped', fromMs, tookMs: Math.max(0, endMs - at) };
  });
}

export interface StartEnd {
  isStarting: boolean;
  endMs: number;
}

/** From the first phase to the last, in ms. */
export function lengthOf(steps: readonly StartStep[]): number {
  return Math.max(0, ...steps.map(({ fromMs, tookMs }) => fromMs + tookMs));
}
