import type { OfferedCommand, OfferedOption } from './words.js';

/** A script for zsh: a file `_muster` in a folder of fpath, or `source <(muster completion zsh)`. */
export function zshCompletion(commands: readonly OfferedCommand[]): string {
  return `#compdef muster
# Completion of muster for zsh: source <(muster completion zsh)
_muster_offer() { local -a words; words=(\${(f)"$(muster offer $1 2>/dev/null)"}); compadd -a words; }
_muster() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  local command="$words[2]"
  shift words; (( CURRENT-- ))
  case "$command" in
${commands.map(commandCase).join('\n')}
  esac
}
compdef _muster muster
`;
}

function commandCase(command: OfferedCommand): string {
  const specs = [...command.options.flatMap(optionSpecs), ...wordSpecs(command)];
  return `    ${command.name}) _arguments ${specs.map(quoted).join(' ')} ;;`;
}

function optionSpecs({ names, takesValue, description, choices, offers }: OfferedOption): string[] {
  const text = description.replaceAll(/[[\]:]/g, ' ');
  return names.map((name) => `${name}[${text}]${takesValue ? `:value:${actionOf(choices, offers)}` : ''}`);
}

function wordSpecs({ choices, offers }: OfferedCommand): string[] {
  if (choices.length > 0) return [`1:value:${actionOf(choices, undefined)}`];
  return offers[0] === undefined ? [] : [`*:value:${actionOf([], offers[0])}`];
}

function actionOf(choices: readonly string[], offers: string | undefined): string {
  if (offers === 'files') return '_files';
  return offers === undefined ? `(${choices.join(' ')})` : `_muster_offer ${offers}`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
