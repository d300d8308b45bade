import type { ExplainedReason, PlacementExplained } from '@muster/contracts';
import { count } from '@muster/wording';
import { oneLine, type Paint } from '../output/paint.js';
import { type Column, table } from '../output/table.js';
import type { TypeExplained } from '@muster/catalogue/explain-type';

type Placement = PlacementExplained['placements'][number];

const headlines = {
  now: 'fits now',
  later: 'does not fit now; it would wait until something is free',
  never: 'fits on no node, however long it waits',
} as const;

/** Where a session would go, and why not elsewhere, told to a person. */
export function explainText({ type, mandatory, others }: TypeExplained, paint: Paint): string {
  const ofOthers = Object.entries(others);
  const placements = [...mandatory.placements, ...ofOthers.flatMap(([, each]) => each.placements)];
  const parts = [
    `${paint.title(type)} ${colourOf(mandatory, paint)(headlines[mandatory.verdict])}\n`,
    placements.length === 0 ? '' : table(columns, placements, paint),
    reasonsText(mandatory, mandatory.role, paint),
    ...ofOthers.map(([role, each]) => withoutPlace(role, each, paint)),
    elsewhere(placements),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function colourOf({ verdict }: PlacementExplained, paint: Paint): (text: string) => string {
  return { now: paint.good, later: paint.warning, never: paint.bad }[verdict];
}

const columns: readonly Column<Placement>[] = [
  { title: 'role', cell: ({ role }) => role },
  { title: 'node', cell: ({ nodeName }) => nodeName },
  { title: 'score', cell: ({ score }) => score.toFixed(2), align: 'right' },
  { title: 'because of', cell: ({ parts }) => scoresText(parts) },
];

/** What counted most comes first; what added nothing is left out. */
function scoresText(parts: Record<string, unknown>): string {
  return Object.entries(parts)
    .filter((part): part is [string, number] => typeof part[1] === 'number' && part[1] !== 0)
    .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a))
    .map(([name, value]) => `${name} ${value > 0 ? '+' : ''}${value.toFixed(2)}`)
    .join(', ');
}

function withoutPlace(role: string, explained: PlacementExplained, paint: Paint): string {
  if (explained.verdict === 'now') return '';
  const note = `The session runs without ${role}, which ${headlines[explained.verdict]}.\n`;
  return `${note}${reasonsText(explained, role, paint)}`;
}

function reasonsText(
  { verdict, summary, reasons = [] }: PlacementExplained,
  role: string | undefined,
  paint: Paint,
): string {
  if (verdict === 'now') return '';
  const head =
    role === undefined ? oneLine(summary ?? '') : `No place for ${paint.title(role)}: ${oneLine(summary ?? '')}`;
  return `${head}\n${reasons.map(reasonLine).join('')}`;
}

function reasonLine({ count: amount, text, nodes }: ExplainedReason): string {
  const left = amount - nodes.length;
  const names = `${nodes.join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
  return `  ${count(amount, 'node')} ${oneLine(text)}${names === '' ? '' : ` (${names})`}\n`;
}

/** Why other nodes were not chosen, per role. */
function elsewhere(placements: readonly Placement[]): string {
  const refused = placements.filter(({ reasons }) => reasons.length > 0);
  return refused.map(({ role, reasons }) => `Not for ${role}:\n${reasons.map(reasonLine).join('')}`).join('');
}
