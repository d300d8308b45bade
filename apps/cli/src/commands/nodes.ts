import type { NodeView } from '@muster/contracts';
import type { CommandDefinition } from '../command-definition.js';
import type { Context } from '../context.js';
import { bytes, cores, duration } from '@muster/wording';
import { oneLine, type Paint } from '../output/paint.js';
import { type Column, table } from '../output/table.js';
import { entriesOf } from '../paging.js';

export const nodesCommand: CommandDefinition = {
  name: 'nodes',
  summary: 'List the nodes with what is free on each',
  details: ['For operators. What is free stands before what the node has for workloads.'],
  options: [
    {
      flags: '--state <state>',
      description: 'Only those in this state',
      choices: ['ready', 'suspect', 'draining', 'down'],
    },
    { flags: '--pool <name>', description: 'Only those of this pool' },
  ],
  examples: [{ line: 'muster nodes', does: 'all nodes' }],
  run: async ({ account, output }: Context, given) => {
    const [client, nameOf] = [await account.client(), await account.names()];
    const query = { state: given.text('state'), pool: given.text('pool') };
    const items = await entriesOf<NodeView>(client, '/v1/nodes', { query });
    output.document({ items }, () => (items.length === 0 ? 'no nodes\n' : nodesText(items, output.paint, nameOf)));
  },
};

type NameOf = (userId: string) => string;

function nodesText(nodes: readonly NodeView[], paint: Paint, nameOf: NameOf): string {
  const columns: readonly Column<NodeView>[] = [
    { title: 'node', cell: ({ name }) => name },
    { title: 'state', cell: ({ state }) => paint.state(state) },
    { title: 'back end', cell: ({ description }) => description.backend },
    { title: 'system', cell: ({ description: { os, arch } }) => `${os.family}/${arch}` },
    {
      title: 'cores',
      cell: ({ free, description }) => `${cores(free.cpuMillis)} of ${cores(description.allocatable.cpuMillis)}`,
    },
    {
      title: 'memory',
      cell: ({ free, description }) => `${bytes(free.memoryBytes)} of ${bytes(description.allocatable.memoryBytes)}`,
    },
    { title: 'gpus', cell: gpusOf },
    { title: 'workloads', cell: ({ workloads }) => String(workloads), align: 'right' },
    { title: 'reported', cell: ({ lastReportAgoMs }) => `${duration(lastReportAgoMs)} ago` },
    { title: 'note', cell: (node) => noteOf(node, nameOf) },
  ];
  return table(columns, nodes, paint);
}

function gpusOf({ gpus }: NodeView): string {
  if (gpus.length === 0) return '';
  return `${gpus.filter(({ freeSlots }) => freeSlots > 0).length} of ${gpus.length}`;
}

function noteOf({ pressure, drain }: NodeView, nameOf: NameOf): string {
  const draining =
    drain === undefined
      ? undefined
      : `drained by ${nameOf(drain.by)}${drain.reason === undefined ? '' : `: ${drain.reason}`}`;
  return oneLine([pressure, draining].filter((each) => each !== undefined).join('; '));
}
