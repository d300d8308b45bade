import { CommanderError } from 'commander';
import { commandLineSettings, loadSettings } from '@muster/platform/bare';
import { Account } from './account/account.js';
import { loginFile } from './account/config-folder.js';
import { LoginStore } from './account/login-store.js';
import { CliError } from './cli-error.js';
import { commands } from './command-line.definition.js';
import type { Context, Surroundings } from './context.js';
import { exitCodes, exitWith } from './exit-codes.js';
import { failureJson, failureOf, failureText } from './failure.js';
import type { Given } from './given.js';
import { Output } from './output/output.js';
import { buildProgram, type Chosen } from './program.js';

/** Runs one command line, without the names of Node and program. Answers the exit status; never throws. */
export async function runCli(words: readonly string[], surroundings: Surroundings): Promise<number> {
  const { terminal } = surroundings;
  const isJson = words.includes('--json');
  const hasColours = terminal.hasColours && !words.includes('--no-color');
  const output = new Output(terminal, { isJson, hasColours });
  try {
    const chosen = parse(words, surroundings);
    if (chosen === undefined) return exitWith('done');
    const context = contextOf(chosen.given, surroundings, output);
    return (await chosen.command.run(context, chosen.given)) ?? exitWith('done');
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitWith('done');
    const failure = failureOf(error);
    if (failure.exit === 'interrupted') return exitWith('interrupted');
    terminal.writeError(isJson ? failureJson(failure) : failureText(failure, output.paint));
    return exitCodes[failure.exit].code;
  }
}

/** Undefined when nothing but help was asked for. */
function parse(words: readonly string[], { terminal }: Surroundings): Chosen | undefined {
  let chosen: Chosen | undefined;
  const program = buildProgram(commands, terminal, (each) => {
    chosen = each;
  });
  if (words.length === 0) program.outputHelp();
  else program.parse([...words], { from: 'user' });
  return chosen;
}

function contextOf(given: Given, surroundings: Surroundings, output: Output): Context {
  const { environment, fetch } = surroundings;
  const settings = loadSettings(commandLineSettings, { environment, strictness: 'lenient' });
  const account = new Account({
    store: new LoginStore(loginFile(environment)),
    url: addressOf(given.text('url')) ?? settings.MUSTER_URL,
    token: settings.MUSTER_TOKEN,
    timeoutMs: settings.MUSTER_CLI_TIMEOUT_MS,
    fetch,
  });
  return { ...surroundings, output, settings, account };
}

function addressOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const parsed = commandLineSettings.MUSTER_URL.parse(text);
  if ('value' in parsed) return parsed.value;
  throw new CliError('usage', `--url ${parsed.reason} (it is "${text}")`, {
    fix: 'write it like http://127.0.0.1:8600',
  });
}
