import { systemMode } from '@muster/testing';

/** Types that a file defines: those of this test, which a system that is there already gets over the API, or shipped ones. */
const defined =
  systemMode === 'cluster'
    ? { session: 'field-lab', worker: 'field-solver' }
    : { session: 'quiet', worker: 'quiet-only' };

export interface Refusal {
  what: string;
  method?: string;
  path?: string;
  body?: unknown;
  headers?: Record<string, string>;
  status: number;
  code: string;
  member?: string;
}

const create = { method: 'POST', path: '/v1/sessions' };
/** Requests of an admin, and what each is refused with. */
export const refusals: Refusal[] = [
  { what: 'an unknown session type', ...create, body: { type: 'teapot' }, status: 404, code: 'unknown-type' },
  {
    what: 'an unknown member',
    ...create,
    body: { type: 'quiet', colour: 'red' },
    status: 400,
    code: 'invalid-request',
    member: 'colour',
  },
  { what: 'a missing member', ...create, body: {}, status: 400, code: 'invalid-request', member: 'type' },
  {
    what: 'a member of the wrong kind',
    ...create,
    body: { type: 'quiet', priority: 'high' },
    status: 400,
    code: 'invalid-request',
    member: 'priority',
  },
  {
    what: 'a text that is too long',
    ...create,
    body: { type: 'quiet', project: 'x'.repeat(129) },
    status: 400,
    code: 'invalid-request',
    member: 'project',
  },
  {
    what: 'a project with a line break in its name',
    ...create,
    body: { type: 'quiet', project: 'a\nb' },
    status: 400,
    code: 'invalid-request',
    member: 'project',
  },
  {
    what: 'parameters that do not fit the type',
    ...create,
    body: { type: 'quiet', parameters: { cells: 'many' } },
    status: 422,
    code: 'invalid-parameters',
    member: 'parameters.cells',
  },
  { what: 'a body that is not JSON', ...create, body: '{"type": "quiet"', status: 400, code: 'malformed-json' },
  {
    what: 'a body with a poisoned prototype',
    ...create,
    body: '{"type":"quiet","__proto__":{"admin":true}}',
    status: 400,
    code: 'malformed-json',
  },
  {
    what: 'another content type',
    ...create,
    body: 'type=quiet',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    status: 415,
    code: 'unsupported-media-type',
  },
  {
    what: 'an Idempotency-Key with blanks',
    ...create,
    body: { type: 'quiet' },
    headers: { 'idempotency-key': 'a b' },
    status: 400,
    code: 'invalid-request',
    member: 'Idempotency-Key',
  },
  { what: 'a session that does not exist', path: '/v1/sessions/ses_0', status: 404, code: 'unknown-session' },
  { what: 'an id that is none', path: '/v1/sessions/..%2f..%2fetc', status: 404, code: 'unknown-session' },
  {
    what: 'a query member that nobody knows',
    path: '/v1/sessions?colour=red',
    status: 400,
    code: 'invalid-request',
    member: 'colour',
  },
  {
    what: 'a limit out of range',
    path: '/v1/sessions?limit=100000',
    status: 400,
    code: 'invalid-request',
    member: 'limit',
  },
  ...['/v1/sessions', '/v1/queue', '/v1/users', '/v1/tokens', '/v1/audit'].map((path) => ({
    what: `a cursor that ${path} has not given`,
    path: `${path}?cursor=abc`,
    status: 400,
    code: 'invalid-request',
    member: 'cursor',
  })),
  {
    what: 'a body that is nested too deeply',
    ...create,
    body: `{"type":"quiet","parameters":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`,
    status: 400,
    code: 'invalid-request',
  },
  { what: 'a node that does not exist', path: '/v1/nodes/nod_0', status: 404, code: 'unknown-node' },
  { what: 'a route that does not exist', path: '/v1/teapots', status: 404, code: 'not-found' },
  {
    what: 'a method that is not offered',
    method: 'PATCH',
    path: '/v1/sessions',
    body: {},
    status: 405,
    code: 'method-not-allowed',
  },
  { what: 'a path with a broken escape', path: '/v1/sessions/%zz', status: 400, code: 'invalid-request' },
  { what: 'a WebSocket address without a WebSocket', path: '/v1/connect', status: 426, code: 'upgrade-required' },
  {
    what: 'a change of an entry that a file defines',
    method: 'PUT',
    path: `/v1/session-types/${defined.session}`,
    body: { kind: 'SessionType', name: defined.session, roles: { only: { worker: defined.worker } } },
    status: 409,
    code: 'defined-in-file',
  },
  {
    what: 'the removal of an entry that a file defines',
    method: 'DELETE',
    path: `/v1/worker-types/${defined.worker}`,
    status: 409,
    code: 'defined-in-file',
  },
];

/** What a user without a further role may not do. */
export const beyondUsers: [method: string, path: string, body?: unknown][] = [
  ['GET', '/v1/users'],
  ['POST', '/v1/users', { username: 'eve', password: 'long enough', role: 'admin' }],
  ['GET', '/v1/audit'],
  ['GET', '/v1/nodes'],
  ['POST', '/v1/nodes/nod_1/drain', {}],
  ['GET', '/v1/system'],
  ['GET', '/v1/system/debug'],
  ['PUT', '/v1/system/log-level', { level: 'trace' }],
  ['DELETE', '/v1/session-types/quiet'],
  ['POST', '/v1/worker-types', { kind: 'WorkerType', name: 'mine', run: { process: { command: ['true'] } } }],
];
