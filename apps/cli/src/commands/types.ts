import type { SessionTypeView } from '@muster/contracts';
import type { CommandDefinition } from '../command-definition.js';
import type { Context } from '../context.js';
import type { Given } from '../given.js';
import { oneLine, type Paint } from '../output/paint.js';
import { type Column, facts, table } from '../output/table.js';
import { duration } from '@muster/wording';
import { entriesOf } from '../paging.js';
import { describeParameters, type ParameterLine } from '../parameters/describe-parameters.js';

export const typesCommand: CommandDefinition = {
  name: 'types',
  summary: 'List what can be opened, or show one type with its parameters',
  arguments: [{ name: 'TYPE', description: 'Show this one', isOptional: true, offers: 'types' }],
  examples: [
    { line: 'muster types', does: 'what can be opened' },
    { line: 'muster types field-lab', does: 'its roles and parameters' },
  ],
  run: types,
};

async function types({ account, output }: Context, given: Given): Promise<void> {
  const client = await account.client();
  const name = given.text('type');
  if (name !== undefined) {
    const type = await client.request<SessionTypeView>('GET', `/v1/session-types/${encodeURIComponent(name)}`);
    return output.document(type, () => typeText(type, output.paint));
  }
  const items = await entriesOf<SessionTypeView>(client, '/v1/session-types');
  output.document({ items }, () =>
    items.length === 0 ? 'the catalogue has no session types\n' : table(columns, items, output.paint),
  );
}

const columns: readonly Column<SessionTypeView>[] = [
  { title: 'type', cell: ({ name }) => name },
  { title: 'title', cell: ({ title = '' }) => oneLine(title) },
  { title: 'roles', cell: ({ roles }) => Object.keys(roles).join(', ') },
  { title: 'description', cell: ({ description = '' }) => oneLine(description) },
];

function typeText(type: SessionTypeView, paint: Paint): string {
  const { name, title, description, limits = {}, source } = type;
  const head = facts(
    [
      ['type', paint.title(name)],
      ['title', title === undefined ? undefined : oneLine(title)],
      ['description', description === undefined ? undefined : oneLine(description)],
      ['idle', limits.idleMs === undefined ? undefined : `closed after ${duration(limits.idleMs)} without use`],
      ['age', limits.maxAgeMs === undefined ? undefined : `closed at ${duration(limits.maxAgeMs)}`],
      ['from', source.file === undefined ? 'the API' : `${source.file}:${source.line ?? 1}`],
    ],
    paint,
  );
  return [head, rolesOf(type, paint), parametersOf(type, paint)].filter((part) => part !== '').join('\n');
}

function rolesOf({ roles }: SessionTypeView, paint: Paint): string {
  const columnsOfRoles: readonly Column<[string, SessionTypeView['roles'][string]]>[] = [
    { title: 'role', cell: ([role]) => role },
    { title: 'worker', cell: ([, { worker }]) => worker },
    { title: 'needed', cell: ([, { mandatory = true }]) => (mandatory ? 'to run' : 'no') },
    { title: 'with', cell: ([, { near = [] }]) => near.join(', ') },
    { title: 'apart from', cell: ([, { apart = [] }]) => apart.join(', ') },
  ];
  return table(columnsOfRoles, Object.entries(roles), paint);
}

function parametersOf({ parameters }: SessionTypeView, paint: Paint): string {
  if (parameters === undefined) return 'it takes any parameters\n';
  const lines = describeParameters(parameters);
  if (lines.length === 0) return '';
  const columnsOfParameters: readonly Column<ParameterLine>[] = [
    { title: 'parameter', cell: (line) => line.name },
    { title: 'takes', cell: (line) => line.takes },
    { title: 'default', cell: (line) => line.default },
    { title: 'needed', cell: (line) => (line.isRequired ? 'yes' : '') },
    { title: 'meaning', cell: (line) => oneLine(line.meaning) },
  ];
  return table(columnsOfParameters, lines, paint);
}
