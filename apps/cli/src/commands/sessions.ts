import type { MusterClient } from '@muster/client';
import type { MeView, SessionView, UserView } from '@muster/contracts';
import { sessionStates } from '@muster/contracts/wire';
import { CliError } from '../cli-error.js';
import type { CommandDefinition } from '../command-definition.js';
import type { Context } from '../context.js';
import type { Given } from '../given.js';
import { entriesOf } from '../paging.js';
import { sessionsText } from '../watching/session-text.js';

const usualLimit = 200;

export const sessionsCommand: CommandDefinition = {
  name: 'sessions',
  summary: 'List sessions, newest first',
  details: [
    'Your own; operators and administrators see those of everybody. Those that have ended are shown with --all or --state.',
  ],
  options: [
    { flags: '--state <state>', description: 'Only those in this state', choices: sessionStates },
    { flags: '--owner <user>', description: 'Only those of this user: a name, an id, or `me`' },
    { flags: '--type <type>', description: 'Only those of this session type', offers: 'types' },
    { flags: '-p, --project <name>', description: 'Only those with this project' },
    { flags: '-a, --all', description: 'Also those that have ended' },
    { flags: '--limit <number>', description: `At most so many; default ${usualLimit}`, integer: { min: 1 } },
  ],
  examples: [
    { line: 'muster sessions', does: 'what is open' },
    { line: 'muster sessions --all --owner me --type field-lab', does: 'all of mine of one type, ended ones too' },
    { line: 'muster sessions --json | jq -r .items[].id', does: 'their ids, for a script' },
  ],
  run: sessions,
};

async function sessions({ account, output, clock }: Context, given: Given): Promise<void> {
  const [client, nameOf] = [await account.client(), await account.names()];
  const state = given.text('state');
  const isAll = given.flag('all') || state !== undefined;
  const owner = given.text('owner');
  const items = await entriesOf<SessionView>(client, '/v1/sessions', {
    limit: given.integer('limit') ?? usualLimit,
    query: {
      state,
      type: given.text('type'),
      project: given.text('project'),
      owner: owner === undefined ? undefined : await userId(client, owner),
      live: isAll ? undefined : 'true',
    },
  });
  output.document({ items }, () =>
    items.length === 0
      ? `no sessions${isAll ? '' : ' are open'}\n`
      : sessionsText(items, { paint: output.paint, nowMs: clock.nowMs(), nameOf }),
  );
}

async function userId(client: MusterClient, name: string): Promise<string> {
  if (name.startsWith('usr_')) return name;
  const { user } = await client.request<MeView>('GET', '/v1/auth/me');
  if (name === 'me' || name === user.username) return user.id;
  const users = await entriesOf<UserView>(client, '/v1/users');
  const found = users.find(({ username }) => username === name);
  if (found === undefined) throw new CliError('notFound', `there is no user ${name}`);
  return found.id;
}
