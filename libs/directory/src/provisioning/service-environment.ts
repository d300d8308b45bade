/** What belongs to one process, or to the node it runs on, and is never handed on. */
const ownOnly =
  /^MUSTER_(HOST|PORT|PUBLIC_URL|INTERNAL_.*|INSTANCE_ID|JOIN_KEY|NODE_.*|NODES_FILE|WORKER_PORTS|ADMIN_PASSWORD|CONFIG_FILE|TLS_.*)$/;

/**
 * The environment of a service that we launch: our settings, never our environment, without what belongs to one process only,
 * and with its own.
 */
export function serviceEnvironment(
  settings: Readonly<Record<string, unknown>>,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const handedOn = Object.entries(settings)
    .filter(([name]) => !ownOnly.test(name))
    .map(([name, value]) => [name, textOf(value)] as const)
    .filter(([, text]) => text !== '');
  return { ...Object.fromEntries(handedOn), ...own };
}

/** As it is written in an environment; empty = as if not set. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.join(',');
  if (typeof value !== 'object') return `${value as string | number | boolean}`;
  return Object.entries(value)
    .map(([name, each]) => `${name}=${String(each)}`)
    .join(',');
}
