import type { OfferedCommand, OfferedOption } from './words.js';

/** A script for fish: `muster completion fish | source`. */
export function fishCompletion(commands: readonly OfferedCommand[]): string {
  const lines = commands.flatMap((command) => [
    `complete -c muster -n __fish_use_subcommand -a ${command.name} -d ${quoted(command.summary)}`,
    ...wordLines(command),
    ...command.options.map((option) => optionLine(command.name, option)),
  ]);
  return `# Completion of muster for fish: muster completion fish | source\ncomplete -c muster -f\n${lines.join('\n')}\n`;
}

const isGiven = (command: string): string => `-n '__fish_seen_subcommand_from ${command}'`;

function wordLines({ name, choices, offers }: OfferedCommand): string[] {
  const words = [...choices, ...offers.map((each) => `(muster offer ${each} 2>/dev/null)`)].join(' ');
  return words === '' ? [] : [`complete -c muster ${isGiven(name)} -a ${quoted(words)}`];
}

function optionLine(command: string, { names, takesValue, description, choices, offers }: OfferedOption): string {
  const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)).join(' ');
  const value = takesValue ? ` -r ${valueOf(choices, offers)}` : '';
  return `complete -c muster ${isGiven(command)} ${flags}${value} -d ${quoted(description)}`.replaceAll('  ', ' ');
}

function valueOf(choices: readonly string[], offers: string | undefined): string {
  if (offers === 'files') return '-F';
  const words = offers === undefined ? choices.join(' ') : `(muster offer ${offers} 2>/dev/null)`;
  return words === '' ? '' : `-a ${quoted(words)}`;
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
