import type { CommandDefinition } from '../command-definition.js';
import { sessionText } from '../watching/session-text.js';

export const showCommand: CommandDefinition = {
  name: 'show',
  summary: 'Show one session: state, roles, and how its start went',
  arguments: [{ name: 'ID', description: 'Id of the session', offers: 'sessions' }],
  examples: [{ line: 'muster show ses_4nq7k2m9x1', does: 'where its workers are and what they do' }],
  run: async ({ account, output, clock }, given) => {
    const [client, nameOf] = [await account.client(), await account.names()];
    const session = await client.sessions.get(given.required('id'));
    output.document(session, () => sessionText(session, { paint: output.paint, nowMs: clock.nowMs(), nameOf }));
  },
};
