import type { MusterClient } from '@muster/client';
import type { QueueEntryView, QueuePage } from '@muster/contracts';
import type { CommandDefinition } from '../command-definition.js';
import { count, duration, expected } from '@muster/wording';
import { oneLine, type Paint } from '../output/paint.js';
import { type Column, table } from '../output/table.js';
import { entriesOf } from '../paging.js';

export const queueCommand: CommandDefinition = {
  name: 'queue',
  summary: 'Show what waits, in the order of admission, and why',
  details: ['Your own sessions; operators and administrators see those of everybody.'],
  examples: [{ line: 'muster queue', does: 'what waits and why' }],
  run: async ({ account, output }) => {
    const [client, nameOf] = [await account.client(), await account.names()];
    const [items, waiting] = await Promise.all([entriesOf<QueueEntryView>(client, '/v1/queue'), allWaiting(client)]);
    output.document({ items, waiting }, () => queueText({ items, waiting }, output.paint, nameOf));
  },
};

async function allWaiting(client: MusterClient): Promise<number> {
  return (await client.request<QueuePage>('GET', '/v1/queue?limit=1')).waiting;
}

type NameOf = (userId: string) => string;

function queueText({ items, waiting }: QueuePage, paint: Paint, nameOf: NameOf): string {
  const others = waiting - items.length;
  const ofOthers = others > 0 ? `${count(others, 'session')} of others ${others === 1 ? 'waits' : 'wait'}\n` : '';
  return `${items.length === 0 ? 'none of yours waits\n' : table(columns(nameOf), items, paint)}${ofOthers}`;
}

const columns = (nameOf: NameOf): readonly Column<QueueEntryView>[] => [
  { title: 'place', cell: ({ place }) => String(place), align: 'right' },
  { title: 'session', cell: ({ session }) => session },
  { title: 'type', cell: ({ type }) => type },
  { title: 'owner', cell: ({ owner }) => nameOf(owner) },
  { title: 'priority', cell: ({ priority }) => String(priority), align: 'right' },
  { title: 'waited', cell: ({ waitedMs }) => duration(waitedMs), align: 'right' },
  { title: 'start', cell: ({ estimatedStartMs }) => expected(estimatedStartMs) },
  { title: 'why', cell: ({ explanation = '' }) => oneLine(explanation) },
];
