import { routes, type Route } from './engine-routes.js';
import type { EnginePolicy } from './policy.js';
import { shown } from './rules.js';

export interface Subject {
  readonly of: 'container' | 'network' | 'image';
  /** A name or an id, as the caller wrote it. */
  readonly reference: string;
}

/** A call that may pass once its subject and its body were looked at. Nothing of the caller's own text is left in it. */
export interface EngineCall {
  readonly route: Route;
  readonly method: string;
  readonly subject: Subject | undefined;
  readonly query: readonly (readonly [name: string, value: string])[];
  /** `/v1.41`, or nothing where the caller leaves it to the engine. */
  readonly version: string;
}

export type ReadCall = { readonly call: EngineCall } | { readonly reason: string };

/** Members that Muster reads behave alike since then; older versions take a container's rights in other calls too. */
const oldestVersion = 41;

/** What a request asks of the engine. `target` is the request line's: path and query. */
export function readCall(method: string, target: string, policy: EnginePolicy): ReadCall {
  const [path = '', query = '', ...more] = target.split('?');
  if (more.length > 0 || !/^(\/[a-zA-Z0-9_.:@-]+)+$/.test(path) || /\/\.{1,2}(\/|$)/.test(path))
    return { reason: `the path ${shown(path)} is not written plainly` };
  const [, version = '', rest = ''] = /^(\/v1\.\d{1,3})?(\/.+)$/.exec(path) ?? [];
  if (version !== '' && Number(version.slice(4)) < oldestVersion)
    return { reason: `only versions of the API from 1.${oldestVersion} on are allowed` };
  for (const route of routes) {
    const match = method === route.method ? route.path.exec(rest) : null;
    if (match === null) continue;
    const read = readQuery(route, query, policy);
    if ('reason' in read) return read;
    const subject = route.subject && { of: route.subject, reference: match[1] ?? '' };
    return { call: { route, method, subject, query: read.query, version } };
  }
  return { reason: `${/^[A-Z]{1,10}$/.test(method) ? method : 'this method'} ${rest} is not allowed` };
}

/** Where the call goes: with the id of the subject as the engine gave it, so that nobody can take the name meanwhile. */
export function targetOf({ route, query, subject, version }: EngineCall, id = subject?.reference ?? ''): string {
  const path = version + route.target.replace('{}', () => id);
  const written = query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  return written === '' ? path : `${path}?${written}`;
}

type ReadQuery = { readonly query: [name: string, value: string][] } | { readonly reason: string };

function readQuery(route: Route, written: string, policy: EnginePolicy): ReadQuery {
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(written)) {
    const check = Object.hasOwn(route.query, name) ? route.query[name] : undefined;
    if (check === undefined && route.dropsUnknown === true) continue;
    if (check === undefined) return { reason: `the parameter ${shown(name)} is not allowed` };
    if (query.has(name)) return { reason: `the parameter ${name} is given twice` };
    const checked = check(value);
    if (checked === undefined) return { reason: `the parameter ${name} cannot be ${shown(value)}` };
    query.set(name, checked);
  }
  return route.complete?.(query, policy) ?? { query: [...query] };
}
