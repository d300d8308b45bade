type Members = Record<string, unknown>;

/** One JSON object a line. Never give it secrets. */
export interface Log {
  debug(text: string, members?: Members): void;
  info(text: string, members?: Members): void;
  warn(text: string, members?: Members): void;
  error(text: string, members?: Members): void;
  with(members: Members): Log;
}

export function createLog(write: (line: string) => void, own: Members): Log {
  const line =
    (level: string) =>
    (text: string, members: Members = {}): void =>
      write(`${JSON.stringify({ level, time: new Date().toISOString(), ...own, ...members, msg: text })}\n`);
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    with: (members) => createLog(write, { ...own, ...members }),
  };
}

export function describeError(error: unknown): Members {
  return error instanceof Error ? { error: error.message, stack: error.stack } : { error: String(error) };
}
