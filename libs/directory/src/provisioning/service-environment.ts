/** What belongs to one process and is never handed on. */
const ownOnly =
  /^MUSTER_(HOST|PORT|PUBLIC_URL|INTERNAL_.*|INSTANCE_ID|JOIN_KEY(_FILE)?|NODE_.*|NODES_FILE|WORKER_PORTS|ADMIN_PASSWORD(_FILE)?)$/;

/**
 * The environment of a service that we launch: our settings (never anything else of our environment), without what is of
 * one process only, and with its own.
 */
export function serviceEnvironment(
  ours: Readonly<Record<string, string | undefined>>,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const handedOn = Object.entries(ours).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && /^(MUSTER_|MONGODB_URI)/.test(entry[0]) && !ownOnly.test(entry[0]),
  );
  const path = ours['PATH'];
  return { ...(path === undefined ? {} : { PATH: path }), ...Object.fromEntries(handedOn), ...own };
}
