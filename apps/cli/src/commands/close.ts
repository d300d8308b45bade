import type { MusterClient } from '@muster/client';
import type { SessionView } from '@muster/contracts';
import type { CommandDefinition } from '../command-definition.js';
import type { Context } from '../context.js';
import { exitCodes } from '../exit-codes.js';
import { type Failure, failureOf, failureText } from '../failure.js';
import type { Given } from '../given.js';

export const closeCommand: CommandDefinition = {
  name: 'close',
  summary: 'End sessions',
  details: ['Their workers are told, given their grace, and ended. To end a session twice is no error.'],
  arguments: [{ name: 'ID', description: 'Ids of the sessions', isRepeated: true, offers: 'sessions' }],
  options: [{ flags: '-w, --wait', description: 'Wait until they have ended' }],
  examples: [
    { line: 'muster close ses_4nq7k2m9x1', does: 'end a session' },
    {
      line: 'muster close --wait $(muster sessions --owner me --json | jq -r .items[].id)',
      does: 'end all of mine, and wait',
    },
  ],
  run: close,
};

type Closed = { id: string; state: string } | { id: string; failure: Failure };

/** All of them are tried; the exit status is that of the first that failed. */
async function close({ account, output, terminal }: Context, given: Given): Promise<number | void> {
  const client = await account.client();
  const outcomes = await Promise.all(given.list('id').map((id) => closeOne(client, id, given.flag('wait'))));
  const done = outcomes.filter((each) => 'state' in each);
  const failed = outcomes.filter((each) => 'failure' in each);
  output.document({ items: outcomes.map(jsonOf) }, () =>
    done.map(({ id, state }) => `${id}  ${output.paint.state(isOver(state) ? state : 'closing')}\n`).join(''),
  );
  if (!output.isJson) for (const { failure } of failed) terminal.writeError(failureText(failure, output.paint));
  return failed[0] === undefined ? undefined : exitCodes[failed[0].failure.exit].code;
}

const isOver = (state: string): boolean => state === 'closed' || state === 'failed';

function jsonOf(closed: Closed): object {
  if ('state' in closed) return closed;
  const { exit, ...error } = closed.failure;
  return { id: closed.id, error: { ...error, exitCode: exitCodes[exit].code } };
}

async function closeOne(client: MusterClient, id: string, isWaiting: boolean): Promise<Closed> {
  try {
    const { state } = await client.request<SessionView>('DELETE', `/v1/sessions/${encodeURIComponent(id)}`);
    if (!isWaiting || isOver(state)) return { id, state };
    for await (const _news of client.sessions.events(id));
    return { id, state: (await client.sessions.get(id)).state };
  } catch (error) {
    return { id, failure: failureOf(error) };
  }
}
