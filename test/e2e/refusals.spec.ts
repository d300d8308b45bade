import type { MusterClient, SessionView } from '@muster/client';
import type { LoginView } from '@muster/contracts';
import { startSystem, systemNodes, TestCatalogue, type Answer, type SystemAccess } from '@muster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changed, forgedToken, upload } from './forged-requests.js';
import { plainRole, plainType } from './plain-worker.js';
import { beyondUsers, refusals } from './refused-requests.js';

describe('what is refused', () => {
  let catalogue: TestCatalogue;
  let system: SystemAccess;
  let admin: MusterClient;
  let token: string;
  let user: LoginView;
  let running: SessionView;

  beforeAll(async () => {
    const parameters = { type: 'object', properties: { cells: { type: 'integer' } }, additionalProperties: false };
    catalogue = await TestCatalogue.of({
      quiet: { ...plainType(), type: { parameters } },
      impossible: { roles: { huge: plainRole('good', { hardware: { gpu: { count: 1, model: 'abacus' } } }) } },
    });
    system = await startSystem({
      MUSTER_CATALOGUE: catalogue.folder,
    });
    admin = await system.client();
    token = (await system.login()).accessToken;
    await system.ask('POST', '/v1/users', { token, body: { username: 'ada', password: 'ada-password', role: 'user' } });
    user = await system.login('ada', 'ada-password');
    const { id } = await admin.sessions.create({ type: 'quiet', project: 'taken' });
    running = await admin.sessions.waitUntil(id, 'running');
  });
  afterAll(async () => {
    await system?.dispose();
    await catalogue.remove();
  });

  const createAs = (bearer: string, body: unknown, key?: string): Promise<Answer> =>
    system.ask('POST', '/v1/sessions', {
      token: bearer,
      body,
      headers: key === undefined ? {} : { 'idempotency-key': key },
    });
  const closeAll = async (...ids: unknown[]): Promise<void> => {
    await Promise.all(ids.map((id) => admin.sessions.close(String(id))));
    await Promise.all(ids.map((id) => admin.sessions.waitUntil(String(id), 'closed')));
  };

  it.each(refusals)(
    '$what: $status $code',
    async ({ method = 'GET', path = '/', body, headers, status, code, member }) => {
      const answer = await system.ask(method, path, { token, body, ...(headers === undefined ? {} : { headers }) });
      expect([answer.status, answer.body['code']]).toEqual([status, code]);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(answer.body).toMatchObject({
        type: `https://muster.dev/errors/${code}`,
        status,
        detail: expect.any(String),
        traceId: expect.any(String),
      });
      if (member !== undefined)
        expect(answer.body['errors']).toEqual(
          expect.arrayContaining([{ member: expect.stringContaining(member), reason: expect.any(String) }]),
        );
    },
  );

  it('a wrong password, with the same words as an unknown user', async () => {
    const wrong = await system.ask('POST', '/v1/auth/login', { body: { username: 'admin', password: 'guess' } });
    const unknown = await system.ask('POST', '/v1/auth/login', { body: { username: 'nobody', password: 'guess' } });
    expect([wrong.status, wrong.body['code']]).toEqual([401, 'wrong-credentials']);
    expect({ ...unknown.body, traceId: '' }).toEqual({ ...wrong.body, traceId: '' });
  });

  it('every route of the API without a token, with a forged one, and with garbage', async () => {
    const { body } = await system.ask('GET', '/docs-json');
    const open = new Set(['/v1/auth/login', '/v1/auth/refresh', '/.well-known/jwks.json']);
    const routes = Object.entries(body['paths'] as Record<string, Record<string, unknown>>)
      .filter(([path]) => !open.has(path) && !path.startsWith('/health'))
      .flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, 'x')] as const),
      );
    expect(routes.length).toBeGreaterThan(30);
    const forged = await forgedToken(token);
    const answers = await Promise.all(
      routes.flatMap(([method, path]) =>
        [undefined, forged, changed(token), 'garbage', 'a.b.c'].map(async (bearer) => {
          const isWrite = method !== 'GET' && method !== 'DELETE';
          const answer = await system.ask(method, path, {
            ...(bearer === undefined ? {} : { token: bearer }),
            ...(isWrite ? { body: {} } : {}),
          });
          return [method, path, answer.status, answer.body['code']];
        }),
      ),
    );
    expect(answers.filter(([, , status, code]) => status !== 401 || code !== 'not-authenticated')).toEqual([]);
  });

  it('internal routes and metrics on the public port', async () => {
    for (const path of [
      '/metrics',
      '/internal/v1/log-level',
      '/internal/v1/global-session/services/renew',
      '/internal/v1/auth/services/token',
      '/%69nternal/v1/log-level',
    ])
      for (const method of ['GET', 'POST', 'PUT'])
        expect([
          path,
          (await system.ask(method, path, { token, ...(method === 'GET' ? {} : { body: {} }) })).status,
        ]).toEqual([path, 404]);
  });

  it.each(beyondUsers)('a user at %s %s', async (method, path, body) => {
    const answer = await system.ask(method, path, { token: user.accessToken, body });
    expect([answer.status, answer.body['code']]).toEqual([403, 'not-allowed']);
  });

  it('the session of another user: for this one it does not exist', async () => {
    const at = `/v1/sessions/${running.id}`;
    const asks: [string, string][] = [
      ['GET', at],
      ['DELETE', at],
      ['POST', `${at}/tickets`],
      ['GET', `${at}/events`],
      ['GET', `${at}/workers`],
      ['GET', `${at}/workers/only/logs`],
    ];
    for (const [method, path] of asks)
      expect(await system.ask(method, path, { token: user.accessToken })).toMatchObject({
        status: 404,
        body: { code: 'unknown-session' },
      });
    expect((await system.ask('GET', '/v1/sessions', { token: user.accessToken })).body).toEqual({ items: [] });
  });

  it('a project that is open, and says in which session', async () => {
    const answer = await createAs(token, { type: 'quiet', project: 'taken' });
    expect(answer).toMatchObject({ status: 409, body: { code: 'project-open', session: running.id } });
    const other = await createAs(user.accessToken, { type: 'quiet', project: 'taken' });
    expect(other.status).toBe(202);
    await closeAll(other.body['id']);
  });

  it('one of two sessions for one project at the same instant', async () => {
    const answers = await Promise.all([1, 2].map(() => createAs(token, { type: 'quiet', project: 'race' })));
    expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([202, 409]);
    await closeAll(answers.find(({ status }) => status === 202)!.body['id']);
  });

  it('hardware that no node could ever have, with the explanation', async () => {
    expect(await createAs(token, { type: 'impossible' })).toMatchObject({
      status: 422,
      body: {
        code: 'never-placeable',
        explanation: { role: 'huge', reasons: [expect.objectContaining({ filter: 'gpu', count: systemNodes })] },
      },
    });
  });

  it('a second session for one Idempotency-Key, though 50 ask at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => createAs(token, { type: 'quiet', project: 'fifty' }, 'key-50')),
    );
    expect([...new Set(answers.map(({ status }) => status))]).toEqual([202]);
    const [id, ...others] = new Set(answers.map(({ body }) => body['id']));
    expect(others).toEqual([]);
    expect((await admin.sessions.list({ project: 'fifty' })).items).toHaveLength(1);
    expect(await createAs(token, { type: 'quiet', project: 'other' }, 'key-50')).toMatchObject({
      status: 422,
      body: { code: 'idempotency-key-reused' },
    });
    const ofAnother = await createAs(user.accessToken, { type: 'quiet', project: 'fifty' }, 'key-50');
    expect(ofAnother.body['id']).not.toBe(id);
    await closeAll(id, ofAnother.body['id']);
  });

  it.each([
    ['a length that is said', 104_857_600],
    ['a length that is not said', undefined],
  ])('a body of 100 MB with %s, before it has arrived', async (_, length) => {
    const { status, sentBytes } = await upload(`${system.publicUrl}/v1/sessions`, { token, length });
    expect(status).toBe(413);
    expect(sentBytes).toBeLessThan(60_000_000);
  });
});
