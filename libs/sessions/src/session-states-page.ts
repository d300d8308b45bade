import { sessionMachine, workerMachine, type Machine } from './session.machine.js';

/** The reference page docs/reference/session-states.md, made of the transition tables. */
export function sessionStatesPage(): string {
  return [
    '# States of sessions and workers',
    '',
    'For authors of clients and for operators: what each state leads to, and which service alone takes that step.',
    '',
    '## Session',
    '',
    ...tableOf(sessionMachine),
    '',
    '## Worker',
    '',
    'Each row is about one incarnation. A worker that is restarted begins again at `pending` with the next incarnation.',
    '',
    ...tableOf(workerMachine),
    '',
  ].join('\n');
}

function tableOf<State extends string>(machine: Machine<State>): string[] {
  const rows = machine.edges.map((edge) => [`\`${edge.from}\``, `\`${edge.to}\``, actorNames[edge.actor], edge.when]);
  const all = [['from', 'to', 'by', 'when'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = all;
  return [
    `Begins at \`${machine.initial}\`; ends at ${machine.terminal.map((state) => `\`${state}\``).join(' or ')}.`,
    '',
    line(head),
    line(widths.map((width) => '-'.repeat(width))),
    ...body.map(line),
  ];
}

const actorNames = { 'global-session': 'global session', holder: 'session service' } as const;
