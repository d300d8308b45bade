import type { MusterClient } from '@muster/client';
import { startSystem, type Ask, type SystemAccess } from '@muster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiSchemas, type ApiDocument } from './api-schemas.js';

const workerType = {
  kind: 'WorkerType',
  name: 'documented',
  description: 'A worker type with every kind of member',
  run: { process: { command: ['node', 'nothing.mjs'] }, image: { linux: 'documented:1' } },
  registers: { node: { httpGet: '/ready' } },
  hardware: { cpuMillis: 100, gpu: { share: 0.5, optional: true }, os: { family: 'linux' }, labels: { disk: 'ssd' } },
  env: { PRECISION: 'double', LICENCE_FILE: { secret: 'licence' } },
  mounts: [{ name: 'projects', path: '/projects', readOnly: true }],
  settings: { deep: { er: [1, 'two', null] } },
};
const sessionType = {
  kind: 'SessionType',
  name: 'documented',
  parameters: { type: 'object' },
  roles: { only: { worker: 'documented', restart: { maxTimes: 3, withinMs: 60_000 }, parameters: { a: 1 } } },
  limits: { idleMs: 60_000 },
};
const ada = { username: 'ada', password: 'correct horse battery', role: 'user' };

describe('the answers of the API, as its document describes them', () => {
  let system: SystemAccess;
  let schemas: ApiSchemas;
  let client: MusterClient;
  let token: string;
  let refreshToken: string;
  let session: string;

  beforeAll(async () => {
    system = await startSystem();
    schemas = new ApiSchemas((await system.ask('GET', '/docs-json')).body as unknown as ApiDocument);
    ({ accessToken: token, refreshToken } = await system.login());
    client = await system.client();
    session = (await client.sessions.create({ type: 'field-lab', project: 'described' })).id;
    await client.sessions.waitUntil(session, 'running');
  });
  afterAll(() => system?.dispose());

  /** Asks a route of the document, and expects the status and exactly what is described. */
  const ask = async (
    route: string,
    status: number,
    { names = {}, ...rest }: Ask & { names?: Record<string, string> } = {},
  ): Promise<Record<string, unknown>> => {
    const [method = '', template = ''] = route.split(' ');
    const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => names[name] ?? name);
    const answer = await system.ask(method, path, { token, ...rest });
    const contentType = answer.headers.get('content-type') ?? '';
    const body = /[/+]json/.test(contentType) ? answer.body : answer.body['text'];
    const problems = schemas.problemsOf(route, { status: answer.status, contentType, body });
    expect({ route, status: answer.status, problems }).toEqual({ route, status, problems: [] });
    return answer.body;
  };

  it.each([
    'GET /.well-known/jwks.json',
    'GET /health/live',
    'GET /health/ready',
    'GET /health/startup',
    'GET /v1/auth/me',
    'GET /v1/users',
    'GET /v1/tokens',
    'GET /v1/audit',
    'GET /v1/sessions',
    'GET /v1/queue',
    'GET /v1/session-types',
    'GET /v1/worker-types',
    'GET /v1/nodes',
    'GET /v1/system',
    'GET /v1/system/debug',
  ])('%s', async (route) => {
    await ask(route, 200);
  });

  it('of logging in, going on, and leaving', async () => {
    const { accessToken } = await ask('POST /v1/auth/login', 200, {
      body: { username: 'admin', password: system.password },
    });
    await ask('POST /v1/auth/logout', 204, { token: String(accessToken), body: {} });
    await ask('POST /v1/auth/refresh', 200, { body: { refreshToken } });
    await ask('POST /v1/auth/login', 401, { body: { username: 'nobody', password: 'wrong' } });
    await ask('POST /v1/auth/refresh', 401, { body: { refreshToken: 'none' } });
  });

  it('of users, and of what they make', async () => {
    const { id } = await ask('POST /v1/users', 201, { body: ada });
    const names = { id: String(id) };
    await ask('POST /v1/users', 409, { body: ada });
    await ask('GET /v1/users/{id}', 200, { names });
    await ask('PATCH /v1/users/{id}', 200, { names, body: { disabled: true } });
    await ask('DELETE /v1/users/{id}', 204, { names });
    await ask('GET /v1/users/{id}', 404, { names });
    const body = { name: 'nightly', scopes: ['sessions:read'], expiresInMs: 60_000 };
    const made = await ask('POST /v1/tokens', 201, { body });
    await ask('GET /v1/users', 403, { token: String(made['token']) });
    await ask('GET /v1/tokens', 200);
    await ask('DELETE /v1/tokens/{id}', 204, { names: { id: String(made['id']) } });
  });

  it('of the catalogue', async () => {
    const names = { name: 'documented' };
    await ask('POST /v1/worker-types', 201, { body: workerType });
    await ask('PUT /v1/worker-types/{name}', 200, { names, body: workerType });
    await ask('GET /v1/worker-types/{name}', 200, { names });
    await ask('POST /v1/session-types', 201, { body: sessionType });
    await ask('PUT /v1/session-types/{name}', 200, { names, body: sessionType });
    await ask('GET /v1/session-types/{name}', 200, { names });
    await ask('GET /v1/session-types', 200);
    await ask('DELETE /v1/worker-types/{name}', 409, { names });
    await ask('DELETE /v1/session-types/{name}', 204, { names });
    await ask('DELETE /v1/worker-types/{name}', 204, { names });
    await ask('GET /v1/worker-types/{name}', 404, { names });
    await ask('DELETE /v1/session-types/{name}', 409, { names: { name: 'field-lab' } });
  });

  it('of a session that runs', async () => {
    const names = { id: session, role: 'solver' };
    await ask('GET /v1/sessions/{id}', 200, { names });
    await ask('GET /v1/sessions/{id}/workers', 200, { names });
    await ask('GET /v1/sessions/{id}/workers/{role}/logs', 200, { names });
    await ask('POST /v1/sessions/{id}/tickets', 201, { names });
    await ask('GET /v1/sessions', 200);
    // The role that is not mandatory comes after the session runs.
    const sitsOf = async (id: string): Promise<unknown[]> =>
      (await ask('GET /v1/nodes/{id}', 200, { names: { id } }))['sits'] as unknown[];
    const ids = await nodes();
    await expect.poll(async () => (await Promise.all(ids.map(sitsOf))).flat()).toHaveLength(3);
  });

  it('of the nodes, and of a plan', async () => {
    await onAllNodes('POST /v1/nodes/{id}/drain', { reason: 'maintenance' });
    await ask('GET /v1/nodes', 200);
    const plan = (hardware: object): Promise<unknown> =>
      ask('POST /v1/placements/explain', 200, { body: { items: [{ role: 'only', hardware }] } });
    await plan({ cpuMillis: 100 });
    await onAllNodes('POST /v1/nodes/{id}/undrain');
    await plan({ cpuMillis: 100 });
    await plan({ labels: { planet: 'mars' } });
    await ask('GET /v1/nodes/{id}', 404, { names: { id: 'nod_none' } });
  });

  it('of a queue in which something waits', async () => {
    await onAllNodes('POST /v1/nodes/{id}/drain', {});
    const waiting = await ask('POST /v1/sessions', 202, { body: { type: 'field-lab' } });
    await expect.poll(async () => (await ask('GET /v1/queue', 200))['waiting']).toBe(1);
    await ask('GET /v1/sessions/{id}', 200, { names: { id: String(waiting['id']) } });
    await ask('POST /v1/sessions/{id}/tickets', 409, { names: { id: String(waiting['id']) } });
    await ask('DELETE /v1/sessions/{id}', 202, { names: { id: String(waiting['id']) } });
    await onAllNodes('POST /v1/nodes/{id}/undrain');
  });

  it('of refusals', async () => {
    await ask('POST /v1/sessions', 404, { body: { type: 'teapot' } });
    await ask('POST /v1/sessions', 400, { body: { type: 'field-lab', colour: 'red' } });
    await ask('POST /v1/sessions', 400, { body: '{"type":' });
    await ask('POST /v1/sessions', 409, { body: { type: 'field-lab', project: 'described' } });
    await ask('POST /v1/sessions', 422, { body: { type: 'field-lab', parameters: { gridCells: 'many' } } });
    await ask('POST /v1/sessions', 415, { body: 'type=x', headers: { 'content-type': 'text/plain' } });
    await ask('GET /v1/sessions', 401, { token: 'forged' });
    await ask('GET /v1/sessions/{id}', 404, { names: { id: 'ses_none' } });
  });

  it('of the log level, and of a session that ends', async () => {
    await ask('PUT /v1/system/log-level', 200, { body: { level: 'info' } });
    const names = { id: session };
    await ask('DELETE /v1/sessions/{id}', 202, { names });
    await client.sessions.waitUntil(session, 'closed');
    await ask('GET /v1/sessions/{id}', 200, { names });
    await ask('GET /v1/sessions/{id}/workers', 200, { names });
    await ask('POST /v1/sessions/{id}/tickets', 410, { names });
    await ask('GET /v1/audit', 200);
  });

  it('of no route with a member that is not described, or without one that is', async () => {
    const { user, ...me } = await ask('GET /v1/auth/me', 200);
    const answer = { status: 200, contentType: 'application/json', body: { ...me, colour: 'red' } };
    expect(schemas.problemsOf('GET /v1/auth/me', answer)).toEqual([
      expect.stringContaining('"missingProperty":"user"'),
      expect.stringContaining('"additionalProperty":"colour"'),
    ]);
    expect(user).toMatchObject({ username: 'admin' });
  });

  it('of the event stream: text that programs read line by line', async () => {
    const events = await system.ask('GET', `/v1/sessions/${session}/events`, { token });
    const contentType = events.headers.get('content-type') ?? '';
    const answer = { status: events.status, contentType, body: events.body['text'] };
    expect(schemas.problemsOf('GET /v1/sessions/{id}/events', answer)).toEqual([]);
    expect(events.body['text']).toMatch(/^id: 1\nevent: state\ndata: \{/m);
  });

  async function nodes(): Promise<string[]> {
    const { items } = await ask('GET /v1/nodes', 200);
    return (items as { id: string }[]).map(({ id }) => id);
  }

  async function onAllNodes(route: string, body?: object): Promise<void> {
    for (const id of await nodes()) await ask(route, 200, { names: { id }, ...(body === undefined ? {} : { body }) });
  }
});
