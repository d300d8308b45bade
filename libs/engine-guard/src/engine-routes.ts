import { addOwnership, filtersOf } from './filters.js';
import { allowsImage, ownName, type EnginePolicy } from './policy.js';
import { reduceInfo, reduceNetwork } from './reduce-info.js';
import { shown } from './rules.js';

/** The value of a parameter as it is passed on; `undefined` = refused. */
type Parameter = (value: string) => string | undefined;
type Complete = (query: Map<string, string>, policy: EnginePolicy) => { reason: string } | undefined;

export interface Route {
  readonly method: string;
  /** After the version. Its first group is the subject. */
  readonly path: RegExp;
  /** `{}` becomes the subject. */
  readonly target: string;
  readonly subject?: 'container' | 'network' | 'image';
  readonly query: Readonly<Record<string, Parameter>>;
  /** Other parameters are left out rather than refused. */
  readonly dropsUnknown?: boolean;
  /** Checks or completes the parameters together. */
  readonly complete?: Complete;
  /** What is sent on besides the parameters. Any other body is read and thrown away. */
  readonly body?: 'container' | 'network';
  /** Passes on credentials for a registry. */
  readonly takesRegistryKey?: boolean;
  /** May take as long as it likes, and comes in pieces. */
  readonly streams?: boolean;
  /** Makes the part of the answer that is passed on. */
  readonly reduce?: (answer: unknown) => unknown;
}

const matching =
  (pattern: RegExp): Parameter =>
  (value) =>
    pattern.test(value) ? value : undefined;

const flag = matching(/^(0|1|true|false)$/);
const count = matching(/^\d{1,9}$/);
const time = matching(/^\d{1,12}(\.\d{1,9})?$/);
const signal = matching(/^(SIG)?[A-Z0-9+]{1,12}$|^\d{1,2}$/);
const platform = matching(/^[a-z0-9]{1,32}(\/[a-z0-9._]{1,32}){0,2}$/);

const owned: Complete = (query, policy) => {
  query.set('filters', addOwnership(query.get('filters'), policy));
  return undefined;
};

const containerName: Parameter = (value) => (ownName.test(value.replace(/^\//, '')) ? value : undefined);

/** A pull, by name; never an import, which would take an address. */
const pulls: Complete = (query, policy) => {
  const image = query.get('fromImage');
  if (image === undefined) return { reason: 'the parameter fromImage must name an image' };
  return allowsImage(policy, image)
    ? undefined
    : { reason: `the image ${shown(image)} is not one that the operator allows` };
};

const container = '([a-zA-Z0-9][a-zA-Z0-9_.-]{0,254})';
const image = '([a-zA-Z0-9][a-zA-Z0-9_.:@/-]{0,254})';

const verb = (name: string, query: Route['query'] = {}): Route => ({
  method: 'POST',
  path: new RegExp(`^/containers/${container}/${name}$`),
  target: `/containers/{}/${name}`,
  subject: 'container',
  query,
});

const plain = (method: string, path: string): Route => ({
  method,
  path: new RegExp(`^${path}$`),
  target: path,
  query: {},
});

/** Everything that passes. The first that fits counts. */
export const routes: readonly Route[] = [
  plain('GET', '/_ping'),
  plain('HEAD', '/_ping'),
  plain('GET', '/version'),
  { ...plain('GET', '/info'), reduce: reduceInfo },
  {
    ...plain('GET', '/events'),
    query: { since: time, until: time, filters: filtersOf(['label', 'type', 'event', 'container']) },
    complete: owned,
    streams: true,
  },
  {
    ...plain('GET', '/containers/json'),
    query: { all: flag, limit: count, size: flag, filters: filtersOf(['label', 'id', 'name', 'status', 'ancestor']) },
    complete: owned,
  },
  {
    ...plain('POST', '/containers/create'),
    query: { name: containerName, platform },
    // One client repeats the whole body in the query, where the engine does not look.
    dropsUnknown: true,
    complete: (query) => (query.has('name') ? undefined : { reason: 'the parameter name must begin with muster-' }),
    body: 'container',
  },
  verb('start'),
  verb('stop', { t: count, signal }),
  verb('kill', { signal }),
  verb('unpause'),
  { ...verb('wait', { condition: matching(/^(not-running|next-exit|removed)$/) }), streams: true },
  { ...verb('json', { size: flag }), method: 'GET' },
  // Whether there is such a file in the container, and no more than that.
  { ...verb('archive', { path: matching(/^\/[^\0]{0,4095}$/) }), method: 'HEAD' },
  {
    ...verb('logs', {
      follow: flag,
      stdout: flag,
      stderr: flag,
      timestamps: flag,
      since: time,
      until: time,
      tail: matching(/^(all|\d{1,9})$/),
    }),
    method: 'GET',
    streams: true,
  },
  {
    method: 'DELETE',
    path: new RegExp(`^/containers/${container}$`),
    target: '/containers/{}',
    subject: 'container',
    query: { v: flag, force: flag },
  },
  {
    ...plain('GET', '/images/json'),
    query: { all: flag, digests: flag, filters: filtersOf(['reference', 'label', 'dangling']) },
  },
  {
    ...plain('POST', '/images/create'),
    query: {
      fromImage: matching(new RegExp(`^${image}$`)),
      tag: matching(/^[a-zA-Z0-9_][a-zA-Z0-9_.:-]{0,127}$/),
      platform,
    },
    complete: pulls,
    takesRegistryKey: true,
    streams: true,
  },
  {
    method: 'GET',
    path: new RegExp(`^/images/${image}/json$`),
    target: '/images/{}/json',
    query: {},
    subject: 'image',
  },
  {
    method: 'DELETE',
    path: new RegExp(`^/images/${image}$`),
    target: '/images/{}',
    query: { force: matching(/^(0|false)$/), noprune: flag },
    subject: 'image',
  },
  { ...plain('GET', '/networks'), query: { filters: filtersOf(['label', 'name', 'id']) }, complete: owned },
  { ...plain('POST', '/networks/create'), body: 'network' },
  {
    method: 'GET',
    path: new RegExp(`^/networks/${container}$`),
    target: '/networks/{}',
    subject: 'network',
    query: {},
    reduce: reduceNetwork,
  },
  {
    method: 'DELETE',
    path: new RegExp(`^/networks/${container}$`),
    target: '/networks/{}',
    subject: 'network',
    query: {},
  },
];
