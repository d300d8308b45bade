import type { OfferedCommand, OfferedOption } from './words.js';

/** A script for bash 4 and later: `source <(muster completion bash)`. */
export function bashCompletion(commands: readonly OfferedCommand[]): string {
  return `# Completion of muster for bash: source <(muster completion bash)
_muster() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="" each
  for each in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$each" in -*) ;; *) command="$each"; break ;; esac
  done
  COMPREPLY=()
  case "$command $before" in
${commands.flatMap((command) => command.options.flatMap((option) => valueCase(command, option))).join('\n')}
  esac
  case "$command" in
    '') COMPREPLY=($(compgen -W "${[...commands.map(({ name }) => name), 'help', '--help', '--version'].join(' ')}" -- "$word")) ;;
${commands.map(commandCase).join('\n')}
  esac
}
complete -F _muster muster
`;
}

/** The word after an option that takes a value. */
function valueCase({ name }: OfferedCommand, { names, takesValue, choices, offers }: OfferedOption): string[] {
  if (!takesValue) return [];
  const patterns = names.map((each) => `"${name} ${each}"`).join('|');
  const reply =
    offers === 'files' ? '$(compgen -f -- "$word")' : `$(compgen -W "${wordsOf(choices, offers)}" -- "$word")`;
  return [`    ${patterns}) COMPREPLY=(${reply}); return ;;`];
}

function commandCase({ name, options, choices, offers }: OfferedCommand): string {
  const optionNames = [...options.flatMap(({ names }) => names), '--help'].join(' ');
  const offered = offers.map((each) => wordsOf([], each)).join(' ');
  const words = [...choices, offered].filter((each) => each !== '').join(' ');
  return `    ${name})
      if [[ "$word" == -* ]]; then COMPREPLY=($(compgen -W "${optionNames}" -- "$word"))
      else COMPREPLY=($(compgen -W "${words}" -- "$word")); fi ;;`;
}

const wordsOf = (choices: readonly string[], offers: string | undefined): string =>
  offers === undefined ? choices.join(' ') : `$(muster offer ${offers} 2>/dev/null)`;
