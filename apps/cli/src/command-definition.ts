import type { Context } from './context.js';
import type { Given } from './given.js';

/** What a shell can offer for a word, by asking the installation. */
export type Offer = 'types' | 'sessions' | 'nodes' | 'files';

export interface ArgumentDefinition {
  /** As it stands in the help: `ID`, `TYPE`. */
  name: string;
  description: string;
  isOptional?: boolean;
  /** Takes all words that are left. */
  isRepeated?: boolean;
  choices?: readonly string[];
  offers?: Offer;
}

export interface OptionDefinition {
  /** Long name with its short one and its value: `-f, --follow`, `--project <name>`. */
  flags: string;
  description: string;
  /** A whole number in these bounds instead of a text. */
  integer?: { min: number; max?: number };
  /** It may be given several times. */
  isRepeated?: boolean;
  choices?: readonly string[];
  offers?: Offer;
}

export interface Example {
  line: string;
  does: string;
}

/** One command as data: help, manual, completion and parser are made from it. */
export interface CommandDefinition {
  name: string;
  /** For programs only: neither help nor manual show it. */
  isHidden?: boolean;
  /** One line, for the list of commands. */
  summary: string;
  /** Further paragraphs for the help of this command and the manual. */
  details?: readonly string[];
  arguments?: readonly ArgumentDefinition[];
  options?: readonly OptionDefinition[];
  examples: readonly Example[];
  /** Answers the exit status where it is not 0. */
  run(context: Context, given: Given): Promise<number | void>;
}

/** For every command. */
export const globalOptions: readonly OptionDefinition[] = [
  {
    flags: '--url <address>',
    description: 'Installation to speak to; default: MUSTER_URL, else that of the last login',
  },
  { flags: '--json', description: 'JSON for programs: one document, or one line per event' },
  { flags: '--no-color', description: 'No colours; NO_COLOR does the same' },
];

/** `-f, --follow` -> `follow`, `--parameters-file <file>` -> `parametersFile`, `ID` -> `id`. */
export function givenName(written: string): string {
  const long = /--(?:no-)?([a-z-]+)/.exec(written)?.[1] ?? written.toLowerCase();
  return long.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
