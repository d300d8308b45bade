import type { CommandDefinition } from '../command-definition.js';
import { type Context, untilInterrupted } from '../context.js';
import { exitWith } from '../exit-codes.js';
import type { Given } from '../given.js';
import { harmless } from '../output/paint.js';

export const logsCommand: CommandDefinition = {
  name: 'logs',
  summary: 'Show what a worker writes',
  details: ['What it wrote to its error stream goes to standard error.'],
  arguments: [
    { name: 'ID', description: 'Id of the session', offers: 'sessions' },
    { name: 'ROLE', description: 'Role of the worker' },
  ],
  options: [{ flags: '-f, --follow', description: 'Go on until its output ends' }],
  examples: [
    { line: 'muster logs ses_4nq7k2m9x1 solver', does: 'what it wrote so far' },
    { line: 'muster logs ses_4nq7k2m9x1 solver -f', does: 'and what it writes from now on' },
  ],
  run: logs,
};

async function logs(context: Context, given: Given): Promise<number | void> {
  const { account, output, terminal } = context;
  const client = await account.client();
  return untilInterrupted(context, async (signal) => {
    try {
      const options = { follow: given.flag('follow'), signal };
      for await (const line of client.sessions.logs(given.required('id'), given.required('role'), options)) {
        if (line.droppedBytes !== undefined) output.hint(`(${line.droppedBytes} bytes before this were dropped)`);
        const text = terminal.isTerminal ? harmless(line.text) : line.text;
        if (output.isJson || line.stream === 'stdout') output.event(line, () => text);
        else terminal.writeError(`${text}\n`);
      }
    } catch (error) {
      if (signal.aborted) return exitWith('interrupted');
      throw error;
    }
  });
}
