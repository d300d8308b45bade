import type { NodeDetail } from '@muster/contracts';
import type { CommandDefinition } from '../command-definition.js';
import { findNode } from '../find-node.js';
import { count } from '@muster/wording';

export const drainCommand: CommandDefinition = {
  name: 'drain',
  summary: 'Give a node no new work; what runs there goes on',
  arguments: [{ name: 'NODE', description: 'Name or id of the node', offers: 'nodes' }],
  options: [{ flags: '--reason <text>', description: 'Shown to operators' }],
  examples: [{ line: 'muster drain gpu-3 --reason "new driver"', does: 'before maintenance' }],
  run: async ({ account, output }, given) => {
    const client = await account.client();
    const { id, name } = await findNode(client, given.required('node'));
    const reason = given.text('reason');
    const body = reason === undefined ? {} : { reason };
    const node = await client.request<NodeDetail>('POST', `/v1/nodes/${encodeURIComponent(id)}/drain`, { body });
    output.document(
      node,
      () => `${name}  ${output.paint.state(node.state)}, ${count(node.workloads, 'workload')} left\n`,
    );
    if (node.workloads > 0) output.hint('they go on until their sessions end; `muster nodes` shows how many are left');
  },
};
