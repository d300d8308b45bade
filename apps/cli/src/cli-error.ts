import type { ExitName } from './exit-codes.js';

export interface CliErrorOptions {
  /** What to do about it, as one sentence or command. */
  fix?: string;
  /** What exactly is wrong, member by member. */
  members?: readonly { member: string; reason: string }[];
}

/** A failure that the command line itself has found. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly fix: string | undefined;
  readonly members: readonly { member: string; reason: string }[];

  constructor(
    readonly exit: ExitName,
    message: string,
    options: CliErrorOptions = {},
  ) {
    super(message);
    this.fix = options.fix;
    this.members = options.members ?? [];
  }
}
