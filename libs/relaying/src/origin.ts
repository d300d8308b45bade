const loopbackNames: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Whether a web page of this origin may connect. No origin at all: not a browser, which could claim any. The default is the
 * public address; the names of this computer count as one.
 */
export function isOriginAllowed(origin: string | undefined, allowed: readonly string[], publicUrl: string): boolean {
  if (origin === undefined) return true;
  const given = normalOf(origin);
  if (given === undefined) return false;
  const accepted = allowed.length > 0 ? allowed : [publicUrl];
  return accepted.some((each) => normalOf(each) === given);
}

function normalOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, hostname, port } = new URL(address);
  return `${protocol}//${loopbackNames.has(hostname) ? 'localhost' : hostname}:${port}`;
}
