import type { MusterClient } from '@muster/client';
import type { SessionTypeView } from '@muster/contracts';
import { MusterError } from '@muster/contracts/wire';
import type { CommandDefinition } from '../command-definition.js';
import type { Context } from '../context.js';
import type { Given } from '../given.js';
import { parseParameters, readParametersFile } from '../parameters/parse-parameters.js';
import { queueText } from '../watching/session-text.js';
import { watchStart } from '../watching/watch-start.js';

export const openCommand: CommandDefinition = {
  name: 'open',
  summary: 'Open a session',
  details: [
    'Answers at once with the id of the session, which may wait for its turn. With --watch it shows the place in the queue with reason and estimate, the state of each role and the timeline of the start, until the session runs or has ended; Ctrl-C leaves the session as it is.',
    "A parameter is read as the type's JSON Schema says: as a number, true or false, a text, or JSON. --parameter goes over --parameters-file.",
  ],
  arguments: [{ name: 'TYPE', description: 'Session type; `muster types` lists them', offers: 'types' }],
  options: [
    { flags: '-P, --parameter <name=value>', description: 'A parameter of the type', isRepeated: true },
    { flags: '--parameters-file <file>', description: 'Parameters as a JSON object', offers: 'files' },
    { flags: '-p, --project <name>', description: 'Project; it is open in at most one session of yours' },
    { flags: '--priority <number>', description: 'Higher goes first among your own', integer: { min: 0, max: 100 } },
    { flags: '--deadline-ms <ms>', description: 'Give up if it has not started by then', integer: { min: 1 } },
    {
      flags: '--idempotency-key <key>',
      description: 'The same key gives the same session, however often it is asked for',
    },
    { flags: '-w, --watch', description: 'Follow it until it runs or has ended' },
  ],
  examples: [
    { line: 'muster open field-lab --watch', does: 'open a session and see it start' },
    {
      line: 'muster open field-lab --project cable -P gridCells=256 -P tolerance=1e-6',
      does: 'with a project and parameters',
    },
    { line: 'ID=$(muster open field-lab --json | jq -r .id)', does: 'keep its id in a script' },
  ],
  run: open,
};

async function open(context: Context, given: Given): Promise<number | void> {
  const { output, account } = context;
  const client = await account.client();
  const session = await client.sessions.create(await requestOf(client, given), keyOf(given));
  if (given.flag('watch')) {
    output.event({ kind: 'session', session }, () => `${session.id}  ${session.type}`);
    return watchStart(context, client, session);
  }
  const waits = session.queue === undefined ? session.state : `${session.state}, ${queueText(session.queue)}`;
  output.document(session, () => `${session.id}  ${waits}\n`);
  output.hint(
    `\`muster show ${session.id}\` looks at it; \`muster connect ${session.id}\` talks to its workers once it runs`,
  );
}

function keyOf(given: Given): { idempotencyKey?: string } {
  const idempotencyKey = given.text('idempotencyKey');
  return idempotencyKey === undefined ? {} : { idempotencyKey };
}

async function requestOf(
  client: MusterClient,
  given: Given,
): Promise<Parameters<MusterClient['sessions']['create']>[0]> {
  const type = given.required('type');
  const [project, priority, deadlineMs] = [
    given.text('project'),
    given.integer('priority'),
    given.integer('deadlineMs'),
  ];
  const parameters = await parametersOf(client, type, given);
  return {
    type,
    ...(project !== undefined && { project }),
    ...(priority !== undefined && { priority }),
    ...(deadlineMs !== undefined && { deadlineMs }),
    ...(parameters !== undefined && { parameters }),
  };
}

async function parametersOf(
  client: MusterClient,
  type: string,
  given: Given,
): Promise<Record<string, unknown> | undefined> {
  const [pairs, file] = [given.list('parameter'), given.text('parametersFile')];
  if (pairs.length === 0 && file === undefined) return undefined;
  const ofFile = file === undefined ? {} : await readParametersFile(file);
  const ofPairs = pairs.length === 0 ? {} : parseParameters(pairs, await schemaOf(client, type));
  return { ...ofFile, ...ofPairs };
}

/** A token may open sessions and not read the catalogue: then the installation alone says what is wrong. */
async function schemaOf(client: MusterClient, type: string): Promise<Record<string, unknown> | undefined> {
  try {
    const path = `/v1/session-types/${encodeURIComponent(type)}`;
    return (await client.request<SessionTypeView>('GET', path)).parameters;
  } catch (error) {
    if (error instanceof MusterError && error.code === 'not-allowed') return undefined;
    throw error;
  }
}
