import type { CommandDefinition } from '../command-definition.js';
import { bashCompletion } from '../completion/bash.js';
import { fishCompletion } from '../completion/fish.js';
import { offeredCommands } from '../completion/words.js';
import { zshCompletion } from '../completion/zsh.js';

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** `all`: every command, which this one cannot know by itself. */
export const completionCommand = (all: () => readonly CommandDefinition[]): CommandDefinition => ({
  name: 'completion',
  summary: 'Print a script that completes command lines in your shell',
  details: ['Ids of sessions and names of types and nodes are offered too, by asking the installation.'],
  arguments: [{ name: 'SHELL', description: 'Your shell', choices: Object.keys(shells) }],
  examples: [
    { line: 'source <(muster completion bash)', does: 'in ~/.bashrc' },
    { line: 'source <(muster completion zsh)', does: 'in ~/.zshrc, after compinit' },
    { line: 'muster completion fish > ~/.config/fish/completions/muster.fish', does: 'once' },
  ],
  run: async ({ output }, given) => {
    const shell = given.required('shell') as keyof typeof shells;
    const script = shells[shell](offeredCommands(all()));
    output.document({ shell, script }, () => script);
  },
});
