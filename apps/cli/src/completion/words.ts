import { type CommandDefinition, globalOptions, type Offer, type OptionDefinition } from '../command-definition.js';

/** One option as a shell offers it. */
export interface OfferedOption {
  /** With its dashes; the short one too, where there is one. */
  names: readonly string[];
  takesValue: boolean;
  description: string;
  choices: readonly string[];
  offers: Offer | undefined;
}

/** One command as a shell offers it: its words come from fixed choices, or from `muster offer`. */
export interface OfferedCommand {
  name: string;
  summary: string;
  options: readonly OfferedOption[];
  choices: readonly string[];
  offers: readonly Offer[];
}

export function offeredCommands(commands: readonly CommandDefinition[]): OfferedCommand[] {
  return commands
    .filter(({ isHidden }) => isHidden !== true)
    .map(({ name, summary, options = [], arguments: words = [] }) => ({
      name,
      summary,
      options: [...options, ...globalOptions].map(offered),
      choices: words.flatMap(({ choices = [] }) => choices),
      offers: words.flatMap(({ offers }) => (offers === undefined ? [] : [offers])),
    }));
}

function offered({ flags, description, choices = [], offers }: OptionDefinition): OfferedOption {
  const names = flags.match(/(?<![\w-])--?[a-zA-Z][\w-]*/g) ?? [];
  return { names, takesValue: flags.includes('<'), description, choices, offers };
}
