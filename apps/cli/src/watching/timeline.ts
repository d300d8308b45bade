import { type Column, table } from '../output/table.js';
import type { Paint } from '../output/paint.js';
import { duration } from '../output/times.js';

/** One step of a start. Installations may not tell them. */
export interface TimelineStep {
  phase: string;
  at: string;
  role?: string;
}

/** The steps of a session's start, the earliest first; what is no step is left out. */
export function timelineOf(session: object): readonly TimelineStep[] {
  const { timeline } = session as { timeline?: unknown };
  if (!Array.isArray(timeline)) return [];
  return timeline.filter(isStep).sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function isStep(value: unknown): value is TimelineStep {
  if (typeof value !== 'object' || value === null) return false;
  const { phase, at, role } = value as Record<string, unknown>;
  const isRole = role === undefined || typeof role === 'string';
  return typeof phase === 'string' && typeof at === 'string' && !Number.isNaN(Date.parse(at)) && isRole;
}

interface Row extends TimelineStep {
  sinceBeginMs: number;
  sinceBeforeMs: number;
}

/** When each step was taken, since the first one and since the one before. '' without steps. */
export function timelineText(steps: readonly TimelineStep[], paint: Paint): string {
  const times = steps.map(({ at }) => Date.parse(at));
  const rows = steps.map((step, index): Row => {
    const [now = 0, first = 0, before = first] = [times[index], times[0], times[index - 1]];
    return { ...step, sinceBeginMs: now - first, sinceBeforeMs: now - before };
  });
  return rows.length === 0 ? '' : table(columns, rows, paint);
}

const columns: readonly Column<Row>[] = [
  { title: 'step', cell: ({ phase }) => phase },
  { title: 'role', cell: ({ role }) => role ?? '' },
  { title: 'after', cell: ({ sinceBeginMs }) => duration(sinceBeginMs), align: 'right' },
  { title: 'took', cell: ({ sinceBeforeMs }) => duration(sinceBeforeMs), align: 'right' },
];
