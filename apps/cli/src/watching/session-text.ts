import type { RoleView, SessionView } from '@muster/contracts/wire';
import { oneLine, type Paint } from '../output/paint.js';
import { type Column, facts, table } from '../output/table.js';
import { ago, duration, expected } from '@muster/wording';
import { timelineText } from './timeline.js';

export interface Reader {
  paint: Paint;
  nowMs: number;
  /** The name of a user id. */
  nameOf(userId: string): string;
}

/** Everything that is known of one session, for people. */
export function sessionText(session: SessionView, { paint, nowMs, nameOf }: Reader): string {
  const { id, type, project, owner, state, reason, createdAt, startedAt, endedAt } = session;
  const head = facts(
    [
      ['session', paint.title(id)],
      ['type', type],
      ['project', project === null ? undefined : oneLine(project)],
      ['owner', nameOf(owner)],
      ['state', paint.state(state)],
      ['reason', reason === undefined ? undefined : oneLine(reason)],
      ['waits', session.queue === undefined ? undefined : queueText(session.queue)],
      ['created', ago(createdAt, nowMs)],
      ['started', startedAt === null ? undefined : `${ago(startedAt, nowMs)}, ${startText(createdAt, startedAt)}`],
      ['ended', ago(endedAt, nowMs)],
    ],
    paint,
  );
  return [head, rolesText(session, paint), timelineText(session.timeline, paint)]
    .filter((part) => part !== '')
    .join('\n');
}

const startText = (createdAt: string, startedAt: string): string =>
  `${duration(Date.parse(startedAt) - Date.parse(createdAt))} after it was asked for`;

/** `place 2, starts in about 4 s: 1 node: 1 lacks memory`. */
export function queueText({ place, estimatedStartMs, explanation }: NonNullable<SessionView['queue']>): string {
  const why = explanation === undefined ? '' : `: ${oneLine(explanation)}`;
  return `place ${place}, ${expected(estimatedStartMs)}${why}`;
}

/** One line per role. '' without roles. */
export function rolesText({ roles }: SessionView, paint: Paint): string {
  const rows = Object.entries(roles);
  if (rows.length === 0) return '';
  const columns: readonly Column<readonly [string, RoleView]>[] = [
    { title: 'role', cell: ([role]) => role },
    { title: 'state', cell: ([, { state }]) => paint.state(state) },
    { title: 'node', cell: ([, { node }]) => node ?? '' },
    {
      title: 'incarnation',
      cell: ([, { incarnation }]) => (incarnation === 0 ? '' : String(incarnation)),
      align: 'right',
    },
    { title: 'reason', cell: ([, { reason = '' }]) => oneLine(reason) },
  ];
  return table(columns, rows, paint);
}

const sessionColumns = ({ paint, nowMs, nameOf }: Reader): readonly Column<SessionView>[] => [
  { title: 'id', cell: ({ id }) => id },
  { title: 'type', cell: ({ type }) => type },
  { title: 'project', cell: ({ project }) => oneLine(project ?? '') },
  { title: 'owner', cell: ({ owner }) => nameOf(owner) },
  { title: 'state', cell: ({ state }) => paint.state(state) },
  { title: 'created', cell: ({ createdAt }) => ago(createdAt, nowMs) },
  { title: 'note', cell: noteOf },
];

/** Of a reason only how it ended: `muster show` has the last words of the worker too. */
function noteOf({ queue, reason }: SessionView): string {
  if (queue !== undefined) return queueText(queue);
  const [first = ''] = (reason ?? '').split('\n');
  return oneLine(first);
}

export function sessionsText(sessions: readonly SessionView[], reader: Reader): string {
  return table(sessionColumns(reader), sessions, reader.paint);
}
