import type { MusterClient } from '@muster/client';
import type { NodeView } from '@muster/contracts';
import { CliError } from './cli-error.js';
import { entriesOf } from './paging.js';

/** The node of this name or id. Throws `notFound` with the names that there are. */
export async function findNode(client: MusterClient, name: string): Promise<NodeView> {
  const nodes = await entriesOf<NodeView>(client, '/v1/nodes');
  const found = nodes.find((node) => node.id === name) ?? nodes.find((node) => node.name === name);
  if (found !== undefined) return found;
  const names = nodes.map((node) => node.name).join(', ');
  throw new CliError('notFound', `there is no node ${name}`, {
    fix: names === '' ? 'no node is known' : `known are ${names}`,
  });
}
