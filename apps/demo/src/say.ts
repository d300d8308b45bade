const startedAtMs = performance.now();

/** One line for the person who watches: when, what, and the details. */
export function say(what: string, details = ''): void {
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(2).padStart(6);
  process.stdout.write(`${seconds} s  ${what.padEnd(10)} ${details}\n`);
}
