import type { MusterClient, SessionConnection } from '@muster/client';
import type { CommandDefinition } from '../command-definition.js';
import { parseLine } from '../connecting/parse-line.js';
import { Talk } from '../connecting/talk.js';
import type { Context } from '../context.js';
import { exitCodes, exitWith } from '../exit-codes.js';
import { failureOf, failureText } from '../failure.js';
import type { Given } from '../given.js';
import type { Terminal } from '../output/terminal.js';

export const connectCommand: CommandDefinition = {
  name: 'connect',
  summary: "Talk to a session's workers",
  details: [
    'Each line is ROLE ACTION [JSON | @FILE]; .help shows the other ones. Answers, messages, progress and bytes are shown as they come. Ctrl-C cancels what is being asked, or leaves; the session goes on.',
    'From a pipe the lines are sent one after the other, each when the one before is answered; the exit status is 1 when one of them failed.',
  ],
  arguments: [{ name: 'ID', description: 'Id of the session', offers: 'sessions' }],
  options: [
    { flags: '--save <folder>', description: 'Write bytes that come to files in this folder', offers: 'files' },
  ],
  examples: [
    { line: 'muster connect ses_4nq7k2m9x1', does: 'by hand' },
    {
      line: "printf '%s\\n' 'model load @cable.json' 'solver solve {\"gridCells\":64}' | muster connect ses_4nq7k2m9x1",
      does: 'from a script',
    },
  ],
  run: connect,
};

async function connect(context: Context, given: Given): Promise<number> {
  const { account, output, terminal } = context;
  const id = given.required('id');
  const client = await account.client();
  await untilRunning(context, client, id);
  const connection = await client.connect(id);
  const folder = given.text('save');
  const talk = new Talk({ connection, output, ...(folder !== undefined && { folder }) });
  const lost = lostFor(connection);
  const leaving = Promise.withResolvers<'left'>();
  const undo = context.onInterrupt(() => (talk.isWaiting ? talk.cancelCalls() : leaving.resolve('left')));
  if (terminal.isTyped) output.hint(`connected to ${id}; .help says what you can write`);
  try {
    const end = await Promise.race([sayLines(terminal, talk), leaving.promise, lost]);
    if (typeof end === 'object') return endedWith(end.error, context);
    return talk.failures > 0 && !terminal.isTyped ? exitWith('failed') : exitWith('done');
  } finally {
    undo();
    connection.close();
    await talk.settled();
  }
}

/** A session that still waits or starts is waited for. */
async function untilRunning({ output }: Context, client: MusterClient, id: string): Promise<void> {
  const { state } = await client.sessions.get(id);
  if (state !== 'queued' && state !== 'starting') return;
  output.hint(`the session is ${state}; waiting until it runs`);
  await client.sessions.waitUntil(id, 'running');
}

/** A person can ask on while an answer is awaited; a script's lines wait for one another. */
async function sayLines(terminal: Terminal, talk: Talk): Promise<'left'> {
  const open: Promise<void>[] = [];
  for await (const text of terminal.lines('> ')) {
    const line = parseLine(text);
    if (line.kind === 'quit') break;
    const said = talk.say(line);
    if (terminal.isTyped) open.push(said);
    else await said;
  }
  await Promise.all(open);
  return 'left';
}

/** Resolves when the connection has ended for good, not by us. */
function lostFor(connection: SessionConnection): Promise<{ error: unknown }> {
  return new Promise((resolve) => {
    connection.on('state', ({ state, error }) => {
      if (state === 'closed' && error?.code !== 'cancelled') resolve({ error });
    });
  });
}

function endedWith(error: unknown, { terminal, output }: Context): number {
  const failure = failureOf(error);
  if (!output.isJson) terminal.writeError(failureText(failure, output.paint));
  return exitCodes[failure.exit].code;
}
