import { commands, exitCodes, globalOptions } from '../../../cli/src/command-line.definition.js';
import { page, table } from './markdown.js';

type Command = (typeof commands)[number];
type Option = (typeof globalOptions)[number];

/** Every command of `muster`, from the definitions that the program itself is made of. */
export function commandLinePage(): string {
  const codes = Object.values(exitCodes).map(({ code, meaning }) => [`\`${code}\``, meaning]);
  return page(
    '# Command line',
    'For users, operators and authors of scripts: every command of `muster` with its options, and what its exit status says. [Use the command line](../how-to/use-the-command-line.md) shows how they go together.',
    'Options may stand before and after the command. Its settings (`MUSTER_URL`, `MUSTER_TOKEN` ...) are in [configuration](configuration.md#command-line-muster).',
    `## Options of every command`,
    optionTable([
      ...globalOptions,
      { flags: '-h, --help', description: 'Help for the command' },
      { flags: '-v, --version', description: 'The release' },
    ]),
    '## Exit status',
    'These do not change.',
    table(['status', 'meaning'], codes),
    '## JSON',
    'With `--json` a command writes one JSON document to standard output; `open --watch`, `connect`, `logs` and `up` write one JSON object a line, as things happen. What fails is one JSON line on standard error: `{"error":{"message":...,"code":...,"members":[...],"fix":...,"exitCode":...}}`; `code` is one of [errors](errors.md) where the installation refused. Times are ISO 8601, sizes bytes, lengths of time milliseconds, as in the API.',
    ...commands.filter(({ isHidden }) => isHidden !== true).map(section),
  );
}

function section(command: Command): string {
  const { name, summary, details = [], options = [], examples } = command;
  const words = command.arguments ?? [];
  const parts = [
    `## muster ${name}`,
    `${summary}.`,
    ...details,
    `\`\`\`text\nmuster ${[name, ...words.map(wordOf), ...(options.length > 0 ? ['[options]'] : [])].join(' ')}\n\`\`\``,
    words.length === 0
      ? ''
      : table(
          ['argument', 'meaning'],
          words.map((word) => [`\`${word.name}\``, meaningOf(word)]),
        ),
    options.length === 0 ? '' : optionTable(options),
    `\`\`\`sh\n${examples.map(({ line, does }) => `# ${does}\n${line}`).join('\n')}\n\`\`\``,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function wordOf({ name, isOptional, isRepeated }: NonNullable<Command['arguments']>[number]): string {
  const word = isRepeated === true ? `${name}...` : name;
  return isOptional === true ? `[${word}]` : word;
}

function meaningOf({ description, choices }: { description: string; choices?: readonly string[] }): string {
  return choices === undefined ? description : `${description}: ${choices.map((each) => `\`${each}\``).join(', ')}`;
}

function optionTable(options: readonly Option[]): string {
  return table(
    ['option', 'meaning'],
    options.map((option) => [`\`${option.flags}\``, optionMeaning(option)]),
  );
}

function optionMeaning(option: Option): string {
  const { integer, isRepeated } = option;
  const range =
    integer === undefined
      ? ''
      : integer.max === undefined
        ? ` (${integer.min} or more)`
        : ` (${integer.min} to ${integer.max})`;
  return `${meaningOf(option)}${range}${isRepeated === true ? '; may be given several times' : ''}`;
}
