import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CliError } from '../cli-error.js';
import type { CommandDefinition } from '../command-definition.js';
import type { Context, Environment } from '../context.js';
import { exitWith } from '../exit-codes.js';
import type { Given } from '../given.js';
import { oneLine } from '../output/paint.js';

export const upCommand: CommandDefinition = {
  name: 'up',
  summary: 'Start Muster on this computer, until Ctrl-C',
  details: [
    'Every service in one process with the embedded database, as `npm start` does it. Settings are those of the environment and of --set; warnings and errors of the log are shown, all of it with --log.',
  ],
  options: [
    { flags: '--port <number>', description: 'MUSTER_PORT', integer: { min: 0, max: 65_535 } },
    { flags: '--data-dir <folder>', description: 'MUSTER_DATA_DIR', offers: 'files' },
    { flags: '--catalogue <folder>', description: 'MUSTER_CATALOGUE', offers: 'files' },
    { flags: '--backend <name>', description: 'MUSTER_BACKEND', choices: ['process', 'docker', 'kubernetes'] },
    { flags: '--set <name=value>', description: 'Any other setting', isRepeated: true },
    { flags: '--log', description: 'Show the whole log, as JSON lines' },
  ],
  examples: [
    { line: 'muster up', does: 'start it, with its data in ./data' },
    { line: 'muster up --port 9000 --set MUSTER_LOG_LEVEL=debug --log', does: 'elsewhere, and tell everything' },
  ],
  run: up,
};

async function up(context: Context, given: Given): Promise<number> {
  const { output, onInterrupt, programs } = context;
  const environment = environmentOf(context.environment, given);
  const child = fork(join(programs, 'standalone.js'), [], {
    env: environment,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const undo = onInterrupt(() => child.kill('SIGTERM'));
  showLog(context, child, given.flag('log'));
  child.once('message', (message) => {
    const { publicUrl } = message as { publicUrl: string };
    output.event({ event: 'running', url: publicUrl }, () => `${output.paint.good('running')} at ${publicUrl}/`);
  });
  try {
    const exit = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve(code ?? exitWith('failed')));
    });
    output.event({ event: 'ended', exitCode: exit }, () =>
      exit === 0 ? 'every service and worker has ended' : undefined,
    );
    return exit === 0 ? exitWith('done') : exitWith('failed');
  } finally {
    undo();
  }
}

/** What the command line is told about itself is no setting of a service. */
function environmentOf(environment: Environment, given: Given): Record<string, string | undefined> {
  const port = given.integer('port');
  const chosen = {
    MUSTER_PORT: port === undefined ? undefined : String(port),
    MUSTER_DATA_DIR: given.text('dataDir'),
    MUSTER_CATALOGUE: given.text('catalogue'),
    MUSTER_BACKEND: given.text('backend'),
  };
  const isChosen = (entry: readonly [string, string | undefined]): boolean => entry[1] !== undefined;
  const { MUSTER_TOKEN: _token, ...inherited } = environment;
  return {
    ...inherited,
    ...Object.fromEntries(Object.entries(chosen).filter(isChosen)),
    ...settingsOf(given.list('set')),
  };
}

function settingsOf(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/s.exec(pair) ?? [];
      if (name === undefined || value === undefined)
        throw new CliError('usage', `--set ${pair} is not written as NAME=value`, {
          fix: 'write --set MUSTER_LOG_LEVEL=debug',
        });
      return [name, value];
    }),
  );
}

const shownLevels: ReadonlySet<string> = new Set(['warn', 'error', 'fatal']);

/** All of the log as it is, or what a person should know of it. */
function showLog({ terminal, output: { paint } }: Context, child: ChildProcess, isWhole: boolean): void {
  if (child.stdout === null) return;
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (isWhole) return terminal.writeError(`${line}\n`);
    const { level, msg } = logLine(line);
    if (level === undefined || shownLevels.has(level))
      terminal.writeError(`${paint.warning(level ?? 'log')}  ${oneLine(msg ?? line)}\n`);
  });
}

function logLine(line: string): { level?: string; msg?: string } {
  try {
    return JSON.parse(line) as { level?: string; msg?: string };
  } catch {
    return {};
  }
}
