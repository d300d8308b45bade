import type { commandLineSettings, SettingsOf } from '@muster/platform/bare';
import type { Account } from './account/account.js';
import type { Output } from './output/output.js';
import type { Terminal } from './output/terminal.js';

export type Environment = Readonly<Record<string, string | undefined>>;
export type Settings = SettingsOf<typeof commandLineSettings>;

/** What the command line needs of its process; a test gives its own. */
export interface Surroundings {
  terminal: Terminal;
  environment: Environment;
  /** Folder of the built programs. */
  programs: string;
  nodeVersion: string;
  clock: { nowMs(): number };
  fetch: typeof globalThis.fetch;
  /** Calls the handler for Ctrl-C and SIGTERM instead of ending at once; the answer undoes it. */
  onInterrupt(handler: () => void): () => void;
}

/** What every command gets. */
export interface Context extends Surroundings {
  output: Output;
  settings: Settings;
  account: Account;
}

/** A signal that Ctrl-C aborts, for as long as `act` goes on. */
export async function untilInterrupted<T>(
  { onInterrupt }: Surroundings,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const interrupted = new AbortController();
  const undo = onInterrupt(() => interrupted.abort());
  try {
    return await act(interrupted.signal);
  } finally {
    undo();
  }
}
