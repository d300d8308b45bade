import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MusterClient, SessionConnection, SessionView } from '@muster/client';
import { startPhases, type LoginView, type SystemView } from '@muster/contracts';
import {
  repositoryFile,
  SessionStory,
  startSystem,
  type SystemAccess,
  systemBackend,
  systemMode,
  systemNodes,
  TestSystem,
  type Answer,
} from '@muster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface SolveAnswer {
  cells: [number, number];
  capacitanceFaradsPerMetre: number;
  reference: { capacitancePerMetre: number };
}

/** What each mode consists of; `replicas` of session services and of relays. */
const shape = {
  standalone: { replicas: 1, processes: 1 },
  services: { replicas: 2, processes: 8 },
  cluster: { replicas: 1, processes: 8 },
}[systemMode];

/** Keys of the installation, where they are files of ours. */
async function keysOf(system: SystemAccess): Promise<string[]> {
  if (!(system instanceof TestSystem)) return [];
  const folder = join(system.dataDir, 'keys');
  const keys = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')));
  return keys.map((key) => key.trim());
}

const services = ['auth', 'global-directory', 'global-session', 'relay', 'session'];

describe('a session from its first request to its end', () => {
  let system: SystemAccess;
  let client: MusterClient;
  let login: LoginView;
  let created: Answer;
  let session: SessionView;
  let story: SessionStory;
  let connection: SessionConnection;
  let cable: unknown;
  let token: string;

  beforeAll(async () => {
    system = await startSystem();
    cable = JSON.parse(await repositoryFile('workers/field-model/examples/coaxial-cable.json'));
    client = await system.client();
    login = await system.login();
    token = login.accessToken;
    const body = { type: 'field-lab', project: 'cable', parameters: { gridCells: 64 } };
    created = await system.ask('POST', '/v1/sessions', { token, body });
    session = created.body as unknown as SessionView;
    story = new SessionStory(client, session.id);
    await client.sessions.waitUntil(session.id, 'running');
    connection = await client.connect(session.id);
  });
  afterAll(() => system?.dispose());

  const get = async (path: string): Promise<Record<string, unknown>> => {
    const { status, body } = await system.ask('GET', path, { token });
    expect(status).toBe(200);
    return body;
  };

  it('is taken with 202, its address, and its place in the queue', () => {
    expect(created.status).toBe(202);
    expect(created.headers.get('location')).toBe(`/v1/sessions/${session.id}`);
    expect(session).toMatchObject({
      id: expect.stringMatching(/^ses_/),
      type: 'field-lab',
      project: 'cable',
      owner: login.user.id,
      state: 'queued',
      queue: { place: 1 },
      startedAt: null,
      endedAt: null,
    });
  });

  it('tells each step of its start in order, numbered without a gap', async () => {
    await story.until((news) => news.kind === 'worker' && news.role === 'plot' && news.worker?.state === 'running');
    const stored = story.news.flatMap((news) => ('id' in news ? [news] : []));
    expect(stored.map(({ id }) => id)).toEqual(stored.map((_, index) => index + 1));
    expect(story.states().slice(0, 3)).toEqual(['queued', 'starting', 'running']);
    for (const role of ['model', 'solver', 'plot']) {
      const states = stored.flatMap(({ kind, worker, ...news }) =>
        kind === 'worker' && news.role === role ? [worker?.state] : [],
      );
      expect([role, [...new Set(states)]]).toEqual([role, ['placed', 'starting', 'ready', 'running']]);
    }
  });

  it('shows when it reached each phase of its start, in their order', async () => {
    const { timeline, createdAt, startedAt } = await client.sessions.get(session.id);
    expect(timeline.map(({ phase }) => phase)).toEqual(startPhases);
    const times = timeline.map(({ at }) => at);
    expect(times).toEqual(times.toSorted());
    expect([times[0], times.at(-1)]).toEqual([createdAt, startedAt]);
  });

  it('goes on after the last event that a client has seen', async () => {
    const reading = new AbortController();
    for await (const news of client.sessions.events(session.id, { lastEventId: 3, signal: reading.signal })) {
      expect(news).toMatchObject({ id: 4 });
      break;
    }
    reading.abort();
  });

  it('computes over one WebSocket, shows progress, streams the field and comes close to theory', async () => {
    const progress: string[] = [];
    const frames: number[] = [];
    const stop = connection.on('binary', ({ topic, payload }) => topic === 'field' && frames.push(payload.byteLength));
    expect(await connection.call('model', 'load', cable)).toMatchObject({ electrodes: ['inner conductor', 'shield'] });
    const onProgress = ({ text }: { text: string }): void => void progress.push(text);
    const solved = await connection.call<SolveAnswer>('solver', 'solve', {}, { onProgress });
    stop();
    expect(solved.cells).toEqual([64, 64]);
    expect(solved.capacitanceFaradsPerMetre / solved.reference.capacitancePerMetre).toBeCloseTo(1, 2);
    expect(progress).toEqual(expect.arrayContaining(['building the grids', expect.stringContaining('iteration 2')]));
    expect(frames.length).toBeGreaterThan(2);
  });

  it('hands out a picture as bytes', async () => {
    const { topic, bytes } = await connection.call<{ topic: string; bytes: Uint8Array }>('plot', 'render', {
      pixels: 128,
    });
    expect([topic, [...bytes.subarray(1, 4)]]).toEqual(['image/png', [80, 78, 71]]);
  });

  it('gives what a worker broadcasts to every client of the session', async () => {
    const other = await client.connect(session.id);
    const heard = [connection, other].map(
      (each) => new Promise((resolve) => each.on('push', ({ topic, body }) => topic === 'geometry' && resolve(body))),
    );
    // A role is reached by the first call: before that a client has no stream with it.
    await expect(other.call('model', 'get')).resolves.toMatchObject({ revision: 1 });
    await connection.call('model', 'load', cable);
    expect(await Promise.all(heard)).toEqual([
      expect.objectContaining({ revision: 2 }),
      expect.objectContaining({ revision: 2 }),
    ]);
    other.close();
  });

  it('answers the problem of a worker, and of an action that it does not have', async () => {
    await expect(connection.call('model', 'load', { width: 1 })).rejects.toMatchObject({
      code: 'invalid-request',
      errors: expect.any(Array),
    });
    await expect(connection.call('model', 'dance')).rejects.toMatchObject({ code: 'unknown-action' });
    await expect(connection.call('nobody', 'dance')).rejects.toMatchObject({ code: 'unknown-role' });
  });

  it('is shown with all its members', async () => {
    const { items } = await get(`/v1/sessions/${session.id}/workers`);
    const member = (role: string, mandatory: boolean): object =>
      expect.objectContaining({ role, mandatory, type: `field-${role}`, state: 'running', incarnation: 1 });
    expect(items).toEqual([member('model', true), member('solver', true), member('plot', false)]);
    expect(await client.sessions.get(session.id)).toMatchObject({
      state: 'running',
      epoch: 1,
      roles: { model: { state: 'running', incarnation: 1 }, solver: { state: 'running' }, plot: { state: 'running' } },
    });
  });

  it('is found in lists by state, type and project, page by page', async () => {
    const waiting = await client.sessions.create({ type: 'field-lab', project: 'second' });
    await client.sessions.close(waiting.id);
    await expect(client.sessions.waitUntil(waiting.id, 'closed')).resolves.toMatchObject({ state: 'closed' });
    expect((await client.sessions.list({ project: 'cable' })).items.map(({ id }) => id)).toEqual([session.id]);
    expect((await client.sessions.list({ state: 'closed' })).items.map(({ id }) => id)).toEqual([waiting.id]);
    expect((await client.sessions.list({ live: true, type: 'field-lab' })).items.map(({ id }) => id)).toEqual([
      session.id,
    ]);
    const first = await client.sessions.list({ limit: 1 });
    const second = await client.sessions.list({ limit: 1, cursor: first.nextCursor! });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([waiting.id, session.id]);
    expect(second.nextCursor).toBeUndefined();
  });

  it('stands on a node that shows its hardware and what sits there', async () => {
    const { items } = await get('/v1/nodes');
    const [node] = items as { id: string }[];
    expect(items).toHaveLength(systemNodes);
    expect(node).toMatchObject({ state: 'ready', description: { backend: systemBackend } });
    const nodes = await Promise.all((items as { id: string }[]).map(({ id }) => get(`/v1/nodes/${id}`)));
    const sits = nodes.flatMap((each) => each['sits'] as { role: string }[]);
    expect(sits.map(({ role }) => role).sort()).toEqual(['model', 'plot', 'solver']);
    expect((items as { workloads: number }[]).reduce((sum, { workloads }) => sum + workloads, 0)).toBe(3);
  });

  it('can be planned without being started, with the reasons', async () => {
    const item = (hardware: object): object => ({ items: [{ role: 'solver', hardware }] });
    const explain = (body: object): Promise<Answer> => system.ask('POST', '/v1/placements/explain', { token, body });
    expect((await explain(item({ cpuMillis: 100 }))).body).toMatchObject({
      verdict: 'now',
      placements: [{ role: 'solver' }],
    });
    expect((await explain(item({ labels: { planet: 'mars' } }))).body).toMatchObject({
      verdict: 'never',
      role: 'solver',
      reasons: [{ filter: 'labels', count: systemNodes }],
    });
  });

  it('leaves a queue in which nothing waits', async () => {
    await expect.poll(() => get('/v1/queue')).toEqual({ items: [], waiting: 0 });
  });

  it('is counted where an operator sees every service and its health', async () => {
    const view = (await get('/v1/system')) as unknown as SystemView;
    expect(view).toMatchObject({ sessionsLive: 1, sessionsQueued: 0, furtherSessionServices: 0 });
    expect([...new Set(view.services.map(({ service }) => service))].sort()).toEqual(services);
    expect(view.services.filter(({ state }) => state !== 'ready')).toEqual([]);
    for (const name of ['session', 'relay'])
      expect(view.services.filter(({ service }) => service === name)).toHaveLength(shape.replicas);
  });

  it('stands in the whole state for debugging, without any secret', async () => {
    await client.sessions.takeTicket(session.id);
    const text = JSON.stringify(await get('/v1/system/debug'));
    expect(text).toContain(session.id);
    for (const secret of [...(await keysOf(system)), system.password, token, login.refreshToken])
      expect(text).not.toContain(secret);
    expect(text).not.toMatch(/eyJ[\w-]+\.|"(acceptToken|passwordHash|sealed\w*)":"[^(]/);
  });

  it('is logged as finely as an operator wants, in every process at once', async () => {
    const set = (level: string): Promise<Answer> =>
      system.ask('PUT', '/v1/system/log-level', { token, body: { level } });
    const { body } = await set('debug');
    expect(body).toMatchObject({ level: 'debug', unreached: [] });
    expect(body['reached']).toBeGreaterThanOrEqual(shape.processes);
    if (system instanceof TestSystem) await system.logged(({ level }) => level === 'debug');
    expect((await set('info')).body).toMatchObject({ level: 'info' });
  });

  it('has pages for people, one document for programs, and Swagger UI', async () => {
    const loadedBy = async (page: string): Promise<string[]> => {
      const text = String((await system.ask('GET', page)).body['text']);
      return [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
    };
    const ofPage = await loadedBy('/');
    expect(ofPage).toContainEqual(expect.stringMatching(/^\/assets\/index-.*\.js$/));
    const ofDocs = await loadedBy('/docs');
    expect(ofDocs).toContain('/docs/swagger-ui-bundle.js');
    for (const path of [...ofPage, ...ofDocs])
      expect([path, (await system.ask('GET', path)).status]).toEqual([path, 200]);
    for (const path of ['/docs/package.json', '/assets/package.json', '/assets/..%2findex.html'])
      expect([path, (await system.ask('GET', path)).status]).toEqual([path, 404]);
    expect(Object.keys((await system.ask('GET', '/docs-json')).body['paths'] as object)).toEqual(
      expect.arrayContaining([
        '/v1/auth/login',
        '/v1/sessions/{id}/events',
        '/v1/nodes/{id}/drain',
        '/v1/session-types',
      ]),
    );
    expect((await system.ask('GET', '/docs-yaml')).body['text']).toMatch(/^openapi: /);
    expect((await system.ask('GET', '/health/live')).status).toBe(200);
    expect((await system.ask('GET', '/health/ready')).status).toBe(200);
  });

  it('ends when its owner closes it: clients are told, no worker stays, no ticket is given', async () => {
    const closed = new Promise((resolve) =>
      connection.on('state', ({ state, error }) => state === 'closed' && resolve(error)),
    );
    await client.sessions.close(session.id);
    expect(await closed).toMatchObject({ code: 'session-ended' });
    await story.ended;
    expect(story.states().slice(-2)).toEqual(['closing', 'closed']);
    expect(await client.sessions.get(session.id)).toMatchObject({
      state: 'closed',
      reason: 'client',
      endedAt: expect.any(String),
    });
    expect(system.workersOf(session.id)).toEqual([]);
    expect(await system.ask('POST', `/v1/sessions/${session.id}/tickets`, { token })).toMatchObject({
      status: 410,
      body: { code: 'session-ended' },
    });
    await expect(client.sessions.close(session.id)).resolves.toBeUndefined();
    await expect(
      client.sessions.create({ type: 'field-lab', project: 'cable' }).then(({ id }) => client.sessions.close(id)),
    ).resolves.toBeUndefined();
  });
});
