import type { SystemView } from '@muster/contracts';
import { ToneMark } from '../parts/tone-mark.js';
import type { Concern } from './concerns.js';

export interface SummaryProps {
  system: SystemView | undefined;
  /** Whether this user may see how the installation is. */
  seesHealth: boolean;
  /** Undefined: not known now. */
  concerns: readonly Concern[] | undefined;
  nodes: { ready: number; all: number } | undefined;
}

/** Is all well? And how much is there of everything. */
export function Summary({ system, seesHealth, concerns, nodes }: SummaryProps) {
  return (
    <div class="summary">
      <div>
        <h1>Overview</h1>
        {seesHealth && (
          <div class="headline" aria-live="polite">
            {concerns !== undefined && <Headline concerns={concerns} />}
          </div>
        )}
      </div>
      <dl class="figures">
        {system !== undefined && (
          <>
            <Figure name="live" amount={String(system.sessionsLive)} />
            <Figure name="of these waiting" amount={String(system.sessionsQueued)} />
          </>
        )}
        {nodes !== undefined && <Figure name="nodes ready" amount={`${nodes.ready} of ${nodes.all}`} />}
        {system !== undefined && <Figure name="version" amount={system.version} />}
      </dl>
    </div>
  );
}

function Headline({ concerns }: { concerns: readonly Concern[] }) {
  if (concerns.length === 0)
    return (
      <p class="good">
        <ToneMark tone="good" /> All is well
      </p>
    );
  return (
    <>
      {concerns.map(({ tone, text }) => (
        <p key={text} class={tone}>
          <ToneMark tone={tone} /> {text}
        </p>
      ))}
    </>
  );
}

function Figure({ name, amount }: { name: string; amount: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{amount}</dd>
    </div>
  );
}
