import type { NodeDetail } from '@muster/contracts';
import type { CommandDefinition } from '../command-definition.js';
import { findNode } from '../find-node.js';

export const undrainCommand: CommandDefinition = {
  name: 'undrain',
  summary: 'Give a node work again',
  arguments: [{ name: 'NODE', description: 'Name or id of the node', offers: 'nodes' }],
  examples: [{ line: 'muster undrain gpu-3', does: 'after maintenance' }],
  run: async ({ account, output }, given) => {
    const client = await account.client();
    const { id, name } = await findNode(client, given.required('node'));
    const node = await client.request<NodeDetail>('POST', `/v1/nodes/${encodeURIComponent(id)}/undrain`, { body: {} });
    output.document(node, () => `${name}  ${output.paint.state(node.state)}\n`);
  },
};
