/** How much of a worker's last output goes into a reason, in characters. */
const maxLength = 2000;

/** The end of a worker's output for people: of a log line as the SDK writes it, only what it says. */
export function lastWords(output: string): string {
  return output.split('\n').map(sayingOf).join('\n').trim().slice(-maxLength);
}

function sayingOf(line: string): string {
  const { msg, error } = membersOf(line);
  if (typeof msg !== 'string') return line;
  return typeof error === 'string' ? `${msg}: ${error}` : msg;
}

function membersOf(line: string): { msg?: unknown; error?: unknown } {
  if (!line.startsWith('{')) return {};
  try {
    return JSON.parse(line) as object;
  } catch {
    return {};
  }
}
