import type { NodeView, SessionTypeView, SessionView } from '@muster/contracts';
import type { MusterClient } from '@muster/client';
import type { CommandDefinition } from '../command-definition.js';
import { entriesOf } from '../paging.js';

/** More would help nobody who presses Tab. */
const limit = 100;

const words = {
  types: async (client: MusterClient) =>
    (await entriesOf<SessionTypeView>(client, '/v1/session-types', { limit })).map(({ name }) => name),
  sessions: async (client: MusterClient) =>
    (await entriesOf<SessionView>(client, '/v1/sessions', { limit, query: { live: 'true' } })).map(({ id }) => id),
  nodes: async (client: MusterClient) =>
    (await entriesOf<NodeView>(client, '/v1/nodes', { limit })).map(({ name }) => name),
};

export const offerCommand: CommandDefinition = {
  name: 'offer',
  isHidden: true,
  summary: 'Print the words that completion offers',
  arguments: [{ name: 'KIND', description: 'What is completed', choices: Object.keys(words) }],
  examples: [],
  run: async ({ account, output }, given) => {
    const kind = given.required('kind') as keyof typeof words;
    const items = await words[kind](await account.client());
    output.document({ items }, () => items.map((item) => `${item}\n`).join(''));
  },
};
