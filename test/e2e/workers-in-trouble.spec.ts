import { spawnSync } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { MusterClient, SessionConnection, SessionView } from '@muster/client';
import {
  isAlive,
  repositoryFile,
  SessionStory,
  startSystem,
  type SystemAccess,
  systemBackend,
  TestCatalogue,
  TestSystem,
} from '@muster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainRole, plainType } from './plain-worker.js';

const inContainers = systemBackend !== 'process';
const hasPython = !inContainers && spawnSync('python3', ['--version']).status === 0;
const needsPython = hasPython ? '' : ` (skipped: needs python3${inContainers ? ' in an image' : ''})`;
const graceMs = 700;
const floodBytes = 104_857_600;

describe('workers in trouble', () => {
  let catalogue: TestCatalogue;
  let system: SystemAccess;
  let client: MusterClient;

  beforeAll(async () => {
    const quick = { restart: { maxTimes: 2, withinMs: 60_000, backoffMs: 50 } };
    catalogue = await TestCatalogue.of({
      silent: plainType('silent', {
        worker: { startTimeoutMs: 1500 },
        role: { restart: { maxTimes: 0, withinMs: 1000 } },
      }),
      exit: plainType('exit', { role: quick }),
      stubborn: plainType('stubborn', { worker: { shutdownGraceMs: graceMs } }),
      flood: plainType('flood'),
      'crash-always': plainType('crash-always', { role: quick }),
      optional: { roles: { good: plainRole(), bad: plainRole('exit', { role: { ...quick, mandatory: false } }) } },
      good: plainType('good', { role: quick }),
      missing: { roles: { only: { command: ['/no/such/program'], role: quick } } },
    });
    for (const name of ['field-lab', 'http-program', 'python-wave'])
      await catalogue.write(`${name}.yaml`, await repositoryFile(`catalogue/${name}.yaml`));
    system = await startSystem({ MUSTER_CATALOGUE: catalogue.folder });
    client = await system.client();
  });
  afterAll(async () => {
    await system?.dispose();
    await catalogue.remove();
  });

  const create = (type: string): Promise<SessionView> => client.sessions.create({ type });
  const run = async (type: string): Promise<SessionView> =>
    client.sessions.waitUntil((await create(type)).id, 'running');
  const ended = async (type: string): Promise<SessionView> => {
    const { id } = await create(type);
    await new SessionStory(client, id).ended;
    expect(system.workersOf(id)).toEqual([]);
    return client.sessions.get(id);
  };
  const close = async ({ id }: SessionView): Promise<SessionView> => {
    await client.sessions.close(id);
    return client.sessions.waitUntil(id, 'closed');
  };

  it.each([
    ['never registers', 'silent', /regist|start/],
    ['exits at once', 'exit', /code 3/],
    ['crashes again and again', 'crash-always', /code 9/],
    ['is a program that does not exist', 'missing', /no\/such\/program|ENOENT|not found/],
  ])('one that %s fails its session, with the reason, and leaves no process', async (_, type, reason) => {
    const session = await ended(type);
    expect(session).toMatchObject({ state: 'failed', reason: expect.stringMatching(reason) });
  });

  it('one that a session can do without never fails the session', async () => {
    const session = await run('optional');
    const story = new SessionStory(client, session.id);
    await story.until(
      (news) =>
        news.kind === 'worker' && news.role === 'bad' && /code 3/.test(news.text) && news.worker?.incarnation === 3,
    );
    expect(await client.sessions.get(session.id)).toMatchObject({
      state: 'running',
      roles: { good: { state: 'running' } },
    });
    await close(session);
  });

  it('one that ignores its shutdown is killed after its grace', async () => {
    const session = await run('stubborn');
    const [worker] = system.workersOf(session.id);
    expect(isAlive(worker!.pid)).toBe(true);
    expect(await close(session)).toMatchObject({ state: 'closed', reason: 'client' });
    expect(isAlive(worker!.pid)).toBe(false);
  });

  it('one that floods its output hurts neither its session nor the disk', async () => {
    const session = await run('flood');
    const connection = await client.connect(session.id);
    await expect(connection.call('only', 'echo', 'still here')).resolves.toBe('still here');
    const logs = `/v1/sessions/${session.id}/workers/only/logs`;
    const text = async (): Promise<string> =>
      String((await system.ask('GET', logs, { token: (await system.login()).accessToken })).body['text']);
    await expect.poll(text, { interval: 500 }).toContain('the flood is over');
    // In a cluster the kubelet keeps what pods write.
    if (system instanceof TestSystem) expect(await sizeOf(join(system.dataDir, 'nodes'))).toBeLessThan(floodBytes / 4);
    connection.close();
    await close(session);
  });

  it('what one has written can be read, while it runs and followed to its end', async () => {
    const session = await run('good');
    const { accessToken: token } = await system.login();
    const path = `/v1/sessions/${session.id}/workers/only/logs`;
    const { text } = (await system.ask('GET', path, { token })).body;
    expect(JSON.parse(String(text).split('\n')[0]!)).toMatchObject({ stream: 'stdout', text: 'good begins' });
    const followed = system.ask('GET', `${path}?follow=true`, { token });
    await close(session);
    expect((await followed).body['text']).toContain('good begins');
  });

  it('one that crashes is started again: the session is degraded, runs again, and hears of it', async () => {
    const session = await run('good');
    const story = new SessionStory(client, session.id);
    const connection = await client.connect(session.id);
    await expect(connection.call('only', 'whoami')).resolves.toMatchObject({ incarnation: 1 });
    const peerAgain = new Promise<void>((resolve) =>
      connection.on(
        'event',
        ({ event, body }) => event === 'peer' && body.incarnation === 2 && body.state === 'running' && resolve(),
      ),
    );
    await expect(connection.call('only', 'crash')).rejects.toMatchObject({
      code: expect.stringMatching(/worker-restarted|delivery-unknown/),
    });
    await story.until((news) => news.kind === 'state' && news.state === 'degraded');
    await peerAgain;
    await expect.poll(() => story.states().slice(-2)).toEqual(['degraded', 'running']);
    await expect(connection.call('only', 'whoami')).resolves.toMatchObject({ incarnation: 2 });
    connection.close();
    expect(await close(session)).toMatchObject({ epoch: 1, roles: { only: { incarnation: 2 } } });
  });

  it('what was asked of an SDK worker that dies ends with worker-restarted, or is asked again when it may be', async () => {
    const session = await run('field-lab');
    const connection = await client.connect(session.id);
    await connection.call(
      'model',
      'load',
      JSON.parse(await repositoryFile('workers/field-model/examples/coaxial-cable.json')),
    );
    const once = solving(connection, { idempotent: false });
    const [solver] = system.workersOf(session.id).filter(({ role }) => role === 'solver');
    await once.begun;
    process.kill(solver!.pid, 'SIGKILL');
    await expect(once.answer).rejects.toMatchObject({ code: 'worker-restarted' });
    await expect(connection.call('solver', 'solve', { gridCells: 32 })).resolves.toMatchObject({ cells: [32, 32] });
    const again = solving(connection, { idempotent: true });
    await again.begun;
    process.kill(system.workersOf(session.id).find(({ role }) => role === 'solver')!.pid, 'SIGKILL');
    await expect(again.answer).resolves.toMatchObject({ cells: [512, 512] });
    expect((await client.sessions.get(session.id)).roles).toMatchObject({
      model: { incarnation: 1 },
      solver: { incarnation: 3 },
    });
    connection.close();
    await close(session);
  });

  it('a client that goes in the middle of a call leaves no litter, and the next one is served', async () => {
    const session = await run('good');
    const gone = await client.connect(session.id);
    const hanging = gone.call('only', 'hang');
    hanging.catch(() => undefined);
    await gone.call('only', 'echo', 1);
    gone.close();
    await expect(hanging).rejects.toMatchObject({ code: 'cancelled' });
    const next = await client.connect(session.id);
    await expect(next.call('only', 'echo', 2)).resolves.toBe(2);
    next.close();
    await close(session);
    expect(system.workersOf(session.id)).toEqual([]);
  });

  it.skipIf(!hasPython)(`one in plain Python, without our SDK, takes part like any other${needsPython}`, async () => {
    const session = await run('python-wave');
    const connection = await client.connect(session.id);
    const answer = await connection.call<Record<string, unknown>>('wave', 'simulate', {});
    expect(Object.keys(answer).length).toBeGreaterThan(0);
    await expect(connection.call('wave', 'simulate', { points: -1, nonsense: true })).rejects.toMatchObject({
      code: 'invalid-request',
      errors: [expect.anything()],
    });
    await expect(connection.call('wave', 'dance')).rejects.toMatchObject({ code: 'unknown-action' });
    connection.close();
    expect(await close(session)).toMatchObject({ state: 'closed' });
  });

  it.skipIf(!hasPython)(
    `a third-party HTTP program that knows nothing of us is reached through the relay${needsPython}`,
    async () => {
      const session = await run('http-program');
      const connection = await client.connect(session.id);
      const get = (path: string): Promise<{ status: number; body: string }> =>
        connection.call('files', 'http.request', { method: 'GET', path });
      const { status, body } = await get('/coaxial-cable.json');
      expect([status, JSON.parse(body)]).toEqual([
        200,
        JSON.parse(await repositoryFile('workers/field-model/examples/coaxial-cable.json')),
      ]);
      expect(await get('/no-such-file')).toMatchObject({ status: 404 });
      await expect(connection.call('files', 'dance')).rejects.toMatchObject({ code: 'unknown-action' });
      connection.close();
      await close(session);
    },
  );
});

/** A long solution; `begun` resolves with its first progress. */
function solving(
  connection: SessionConnection,
  { idempotent }: { idempotent: boolean },
): { begun: Promise<void>; answer: Promise<unknown> } {
  const begun = Promise.withResolvers<void>();
  const answer = connection.call(
    'solver',
    'solve',
    { gridCells: 512 },
    { idempotent, onProgress: () => begun.resolve() },
  );
  answer.catch(() => undefined);
  return { begun: begun.promise, answer };
}

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
