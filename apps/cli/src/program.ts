import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { version } from '@muster/platform/bare';
import {
  type ArgumentDefinition,
  type CommandDefinition,
  givenName,
  globalOptions,
  type OptionDefinition,
} from './command-definition.js';
import { exitCodes } from './exit-codes.js';
import { Given } from './given.js';
import type { Terminal } from './output/terminal.js';

export interface Chosen {
  command: CommandDefinition;
  given: Given;
}

const opening = 'Opens and watches interactive sessions of many services, and says where they run and why.';

/** The parser of the command line, made from the definitions. `choose` hears which command was given, with what. */
export function buildProgram(
  commands: readonly CommandDefinition[],
  terminal: Terminal,
  choose: (chosen: Chosen) => void,
): Command {
  const program = new Command('muster')
    .description(opening)
    .usage('COMMAND [options]')
    .version(version, '-v, --version', 'Print the version')
    .helpOption('-h, --help', 'Show help')
    .helpCommand('help [command]', 'Show help for a command')
    .configureHelp({ showGlobalOptions: true, subcommandTerm: (command) => command.name() })
    .configureOutput({
      writeOut: (text) => terminal.write(text),
      // What is wrong is told by who runs it, like every other failure.
      writeErr: () => undefined,
      getOutHelpWidth: () => terminal.columns,
      getErrHelpWidth: () => terminal.columns,
    })
    .exitOverride()
    .addHelpText('after', () => `\n${endOfHelp()}`);
  for (const option of globalOptions) program.addOption(optionOf(option));
  for (const command of commands) addCommand(program, command, choose);
  return program;
}

function addCommand(program: Command, definition: CommandDefinition, choose: (chosen: Chosen) => void): void {
  const command = program
    .command(definition.name, { hidden: definition.isHidden === true })
    .summary(definition.summary)
    .description([definition.summary + '.', ...(definition.details ?? [])].join('\n\n'))
    .addHelpText('after', () => `\nExamples:\n${examplesOf(definition)}`);
  for (const argument of definition.arguments ?? []) command.addArgument(argumentOf(argument));
  for (const option of definition.options ?? []) command.addOption(optionOf(option));
  command.action(() => {
    const names = (definition.arguments ?? []).map(({ name }) => givenName(name));
    const values = Object.fromEntries(names.map((name, index) => [name, command.processedArgs[index] as unknown]));
    choose({ command: definition, given: new Given({ ...command.optsWithGlobals(), ...values }) });
  });
}

function argumentOf({ name, description, isOptional, isRepeated, choices }: ArgumentDefinition): Argument {
  const word = `${name}${isRepeated === true ? '...' : ''}`;
  const argument = new Argument(isOptional === true ? `[${word}]` : `<${word}>`, description);
  return choices === undefined ? argument : argument.choices(choices);
}

function optionOf({ flags, description, integer, isRepeated, choices }: OptionDefinition): Option {
  const option = new Option(flags, description);
  if (choices !== undefined) option.choices(choices);
  if (integer !== undefined) option.argParser((text) => wholeNumber(text, integer));
  if (isRepeated === true)
    option.argParser((text, before: unknown) => [...(Array.isArray(before) ? (before as string[]) : []), text]);
  return option;
}

function wholeNumber(text: string, { min, max = Number.MAX_SAFE_INTEGER }: { min: number; max?: number }): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
  const span = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `from ${min} to ${max}`;
  throw new InvalidArgumentError(`It must be a whole number ${span}.`);
}

function examplesOf({ examples }: CommandDefinition): string {
  return examples.map(({ line, does }) => `  # ${does}\n  ${line}\n`).join('');
}

function endOfHelp(): string {
  const codes = Object.values(exitCodes).map(({ code, meaning }) => `  ${String(code).padEnd(4)} ${meaning}\n`);
  const examples = [
    'muster up                                    # start Muster on this computer, until Ctrl-C',
    'muster login                                 # once',
    'muster open field-lab --watch                # open a session and see it start',
    'muster connect ses_...                       # talk to its workers',
  ];
  return `Examples:\n${examples.map((line) => `  ${line}\n`).join('')}\nExit status:\n${codes.join('')}`;
}
