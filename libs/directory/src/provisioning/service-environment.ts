/** What belongs to one process, or to the node it runs on, and is never handed on. */
const ownOnly =
  /^MUSTER_(HOST|PORT|PUBLIC_URL|INTERNAL_.*|INSTANCE_ID|JOIN_KEY|NODE_(ID|NAME|FOLDER|FILE|LABELS|POOLS|RESERVED_.*)|NODES_FILE|DOCKER_HOSTS_FILE|WORKER_PORTS|FORWARDER_PORTS|ADMIN_PASSWORD|CONFIG_FILE|TLS_.*)(_FILE)?$/;
const ours = /^(MUSTER_|MONGODB_URI)/;

/**
 * For the services of which every node has one: Node keeps its young generation at 1 MB, the C library its arenas at one.
 * They do little, and with Node's defaults a third of their memory would be garbage that nobody collects.
 */
export const smallMemory: Readonly<Record<string, string>> = {
  NODE_OPTIONS: '--max-semi-space-size=1',
  MALLOC_ARENA_MAX: '1',
};

export interface EnvironmentSources {
  /** Our environment, of which only settings are handed on: some may be meant for that service alone. */
  inherited: Readonly<Record<string, string | undefined>>;
  /** Our settings, which count before what is inherited. */
  settings: Readonly<Record<string, unknown>>;
  own: Readonly<Record<string, string>>;
}

/** The environment of a service that we launch: settings and nothing else, without what belongs to one process only. */
export function serviceEnvironment({ inherited, settings, own }: EnvironmentSources): Record<string, string> {
  const known = handedOn(settings);
  const further = Object.entries(handedOn(inherited)).filter(
    ([name]) => ours.test(name) && known[name.replace(/_FILE$/, '')] === undefined,
  );
  return { ...Object.fromEntries(further), ...known, ...own };
}

/** Secrets, and what lies on this computer. */
const hereOnly = /(_FILE|_DIR|_FOLDER)$|^(MONGODB_URI|MUSTER_(INSTALLATION_KEY|OTLP_HEADERS|CATALOGUE|MOUNTS))$/;

/** What of an environment holds on another computer too, where whoever uses the engine can read it. */
export function elsewhere(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !hereOnly.test(name)));
}

function handedOn(values: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts = Object.entries(values)
    .filter(([name]) => !ownOnly.test(name))
    .map(([name, value]) => [name, textOf(value)] as const);
  return Object.fromEntries(texts.filter(([, text]) => text !== ''));
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
