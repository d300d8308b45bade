/** Which service serves a public path: the one table of path routing, the same for every ingress. */
export type Upstream = 'auth' | 'global-session' | 'global-directory' | 'relay' | 'console';

const table: readonly [prefix: string, upstream: Upstream][] = [
  ['/v1/auth', 'auth'],
  ['/v1/users', 'auth'],
  ['/v1/tokens', 'auth'],
  ['/v1/audit', 'auth'],
  ['/.well-known', 'auth'],
  ['/v1/sessions', 'global-session'],
  ['/v1/queue', 'global-session'],
  ['/v1/session-types', 'global-session'],
  ['/v1/worker-types', 'global-session'],
  ['/v1/system', 'global-session'],
  ['/v1/nodes', 'global-directory'],
  ['/v1/placements', 'global-directory'],
  ['/v1/connect', 'relay'],
];

/** Everything that no other service has is the console's. `path` is without the query. */
export function upstreamOf(path: string): Upstream {
  return table.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`))?.[1] ?? 'console';
}
