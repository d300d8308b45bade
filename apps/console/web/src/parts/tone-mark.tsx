import type { ComponentChildren } from 'preact';

/** How much a thing wants to be looked at. */
export type Tone = 'good' | 'busy' | 'pending' | 'warning' | 'bad' | 'quiet';

/** One shape for each tone, for those who do not tell colours apart. */
const shapes: Readonly<Record<Tone, ComponentChildren>> = {
  good: <circle cx="6" cy="6" r="4.5" fill="currentColor" />,
  busy: (
    <>
      <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" stroke-width="1.5" />
      <path d="M6 2a4 4 0 0 1 0 8z" fill="currentColor" />
    </>
  ),
  pending: (
    <g fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round">
      <circle cx="6" cy="6" r="4.5" />
      <path d="M6 3.6V6l1.6 1" />
    </g>
  ),
  warning: <path d="M6 1 11.2 10.5H.8z" fill="currentColor" />,
  bad: <path d="m2 2 8 8m0-8-8 8" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" />,
  quiet: <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" stroke-width="1.5" />,
};

export function ToneMark({ tone }: { tone: Tone }) {
  return (
    <svg class={`mark ${tone}`} viewBox="0 0 12 12" aria-hidden="true">
      {shapes[tone]}
    </svg>
  );
}
