import type { MeView } from '@muster/contracts';
import type { CommandDefinition } from '../command-definition.js';
import type { Context } from '../context.js';
import { facts } from '../output/table.js';
import { duration } from '@muster/wording';

export const whoamiCommand: CommandDefinition = {
  name: 'whoami',
  summary: 'Show where you are logged in, as whom, and what you may do',
  examples: [{ line: 'muster whoami', does: 'who am I, and where' }],
  run: whoami,
};

async function whoami({ account, output, clock }: Context): Promise<void> {
  const url = await account.url();
  const client = await account.client();
  const { user, permissions, expiresAt } = await client.request<MeView>('GET', '/v1/auth/me');
  const source = account.hasOwnToken ? 'MUSTER_TOKEN' : account.store.file;
  output.document({ url, user, permissions, expiresAt, source }, () =>
    facts(
      [
        ['address', url],
        ['user', output.paint.title(user.username)],
        ['role', user.role],
        ['id', user.id],
        ['may', permissions.join(', ')],
        ['token', `ends in ${duration(Date.parse(expiresAt) - clock.nowMs())}`],
        ['from', source],
      ],
      output.paint,
    ),
  );
}
