import type { PhaseView } from '@muster/contracts/wire';
import { type Column, table } from '../output/table.js';
import type { Paint } from '../output/paint.js';
import { duration } from '@muster/wording';

interface Row {
  phase: string;
  sinceBeginMs: number;
  sinceBeforeMs: number;
}

/** When each phase of a start was reached, since the first one and since the one before. '' without phases. */
export function timelineText(phases: readonly PhaseView[], paint: Paint): string {
  const times = phases.map(({ at }) => Date.parse(at));
  const rows = phases.map(({ phase }, index): Row => {
    const [now = 0, first = 0, before = first] = [times[index], times[0], times[index - 1]];
    return { phase, sinceBeginMs: now - first, sinceBeforeMs: now - before };
  });
  return rows.length === 0 ? '' : table(columns, rows, paint);
}

const columns: readonly Column<Row>[] = [
  { title: 'phase', cell: ({ phase }) => phase },
  { title: 'after', cell: ({ sinceBeginMs }) => duration(sinceBeginMs), align: 'right' },
  { title: 'took', cell: ({ sinceBeforeMs }) => duration(sinceBeforeMs), align: 'right' },
];
