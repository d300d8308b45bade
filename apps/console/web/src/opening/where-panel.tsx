import { explainType, type TypeExplained } from '@muster/catalogue/explain-type';
import type { MusterError } from '@muster/client';
import type { ExplainedPlacement, ExplainedReason, PlacementExplained, SessionTypeView } from '@muster/contracts';
import { count } from '@muster/wording';
import { useState } from 'preact/hooks';
import { useInstallation } from '../installation/use-installation.js';
import { problemOf } from '../installation/use-polled.js';
import { type Column, DataTable } from '../parts/data-table.js';
import { ProblemNotice } from '../parts/problem-notice.js';
import { type Tone, ToneMark } from '../parts/tone-mark.js';

/** A dry run: where would each worker go now, and why not elsewhere. */
export function WherePanel({ type }: { type: SessionTypeView }) {
  const { client } = useInstallation();
  const [explained, setExplained] = useState<TypeExplained>();
  const [problem, setProblem] = useState<MusterError>();
  const [isBusy, setBusy] = useState(false);
  const ask = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      setExplained(await explainType(client, type.name));
    } catch (error) {
      setProblem(problemOf(error));
    }
    setBusy(false);
  };
  return (
    <section class="card where" aria-labelledby="where">
      <h2 id="where">Where would it go?</h2>
      <p class="quiet small">Asks the nodes as they are now. Nothing is put aside.</p>
      <p class="actions">
        <button aria-disabled={isBusy} onClick={() => void (isBusy || ask())}>
          {explained === undefined ? 'Find out' : 'Ask again'}
        </button>
      </p>
      {problem !== undefined && <ProblemNotice problem={problem} />}
      <div aria-live="polite">{explained !== undefined && <Explained explained={explained} />}</div>
    </section>
  );
}

const verdicts: Readonly<Record<PlacementExplained['verdict'], { tone: Tone; text: string }>> = {
  now: { tone: 'good', text: 'It fits now' },
  later: { tone: 'pending', text: 'It does not fit now; it would wait until something is free' },
  never: { tone: 'bad', text: 'It fits on no node, however long it waits' },
};

function Explained({ explained: { mandatory, others } }: { explained: TypeExplained }) {
  const ofOthers = Object.entries(others);
  const { tone, text } = verdicts[mandatory.verdict];
  const placements = [...mandatory.placements, ...ofOthers.flatMap(([, each]) => each.placements)];
  const refused = placements.filter(({ reasons }) => reasons.length > 0);
  return (
    <div class="explained">
      <p class={`verdict ${tone}`}>
        <ToneMark tone={tone} /> {text}
      </p>
      <Refused explained={mandatory} />
      {placements.length > 0 && (
        <DataTable caption="Where each role would go" columns={columns} rows={placements} keyOf={({ role }) => role} />
      )}
      {ofOthers.map(([role, each]) => each.verdict !== 'now' && <Without key={role} role={role} explained={each} />)}
      {refused.length > 0 && (
        <details>
          <summary>Why not elsewhere</summary>
          {refused.map(({ role, reasons }) => (
            <Reasons key={role} title={`Not for ${role}`} reasons={reasons} />
          ))}
        </details>
      )}
    </div>
  );
}

const columns: readonly Column<ExplainedPlacement>[] = [
  { title: 'Role', cell: ({ role }) => role },
  { title: 'Node', cell: ({ nodeName }) => nodeName },
  {
    title: 'Score',
    cell: ({ score, parts }) => (
      <>
        {score.toFixed(2)}
        <p class="why">{partsInWords(parts)}</p>
      </>
    ),
  },
];

/** What counted most comes first; what added nothing is left out. */
function partsInWords(parts: Record<string, number>): string {
  return Object.entries(parts)
    .filter(([, value]) => value !== 0)
    .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a))
    .map(([name, value]) => `${name} ${value > 0 ? '+' : ''}${value.toFixed(2)}`)
    .join(', ');
}

function Without({ role, explained }: { role: string; explained: PlacementExplained }) {
  const wait = explained.verdict === 'later' ? 'which would wait until something is free' : 'which fits on no node';
  return (
    <div>
      <p class="warning">
        <ToneMark tone="warning" /> The session runs without {role}, {wait}.
      </p>
      <Refused explained={explained} />
    </div>
  );
}

function Refused({ explained: { verdict, role, summary, reasons = [] } }: { explained: PlacementExplained }) {
  if (verdict === 'now') return null;
  const title = role === undefined ? 'No place' : `No place for ${role}`;
  if (reasons.length === 0) return <p>{summary === undefined ? title : `${title}: ${summary}`}</p>;
  return <Reasons title={title} reasons={reasons} />;
}

function Reasons({ title, reasons }: { title: string; reasons: readonly ExplainedReason[] }) {
  return (
    <div class="reasons">
      <h3>{title}</h3>
      <ul>
        {reasons.map((reason) => (
          <li key={reason.text}>{reasonInWords(reason)}</li>
        ))}
      </ul>
    </div>
  );
}

function reasonInWords({ count: amount, text, nodes }: ExplainedReason): string {
  const left = amount - nodes.length;
  const names = `${nodes.join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
  return `${count(amount, 'node')} ${text}${names === '' ? '' : `: ${names}`}`;
}
