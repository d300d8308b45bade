/** What the exit status of `muster` says. Constant: scripts decide by it. */
export const exitCodes = {
  done: { code: 0, meaning: 'It is done' },
  failed: { code: 1, meaning: 'It failed, or `doctor` found something to fix' },
  usage: { code: 2, meaning: 'The command line, a setting or what was asked for is not valid' },
  notAllowed: { code: 3, meaning: 'Not logged in, or not allowed' },
  notFound: { code: 4, meaning: 'No such session, type, node, role or user' },
  unreachable: { code: 5, meaning: 'The installation, or a service of it, does not answer' },
  sessionEnded: { code: 6, meaning: 'The session has ended or failed' },
  interrupted: { code: 130, meaning: 'Ended by Ctrl-C' },
} as const;

export type ExitName = keyof typeof exitCodes;

/** What a command answers when it is not simply done. */
export const exitWith = (name: ExitName): number => exitCodes[name].code;
