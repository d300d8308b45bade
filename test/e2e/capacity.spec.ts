import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MusterClient, SessionView } from '@muster/client';
import type { NodeView, PlacementExplained, QueuePage, SystemView } from '@muster/contracts';
import { SessionStory, systemBackend, systemMode, TestCatalogue, TestSystem } from '@muster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainRole, plainType } from './plain-worker.js';

const gibi = 2 ** 30;
/** A declared card is booked like a real one, but no engine hands it out. */
const cards = systemBackend === 'process';
/** Nodes of a file are no nodes of a cluster. */
const fromFile = systemBackend !== 'kubernetes';
const needsFile = fromFile ? '' : ' (skipped: a cluster has its own nodes)';
const needsCards = cards ? '' : ' (skipped: an engine has no declared cards)';
const card = {
  id: 'card-0',
  vendor: 'acme',
  model: 'Acme T24',
  memoryBytes: 24 * gibi,
  sharing: 'time-slice',
  slots: 4,
};
const nodes = [
  {
    name: 'alpha',
    capacity: { cpuMillis: 4000, memoryBytes: 8 * gibi },
    gpus: [card],
    labels: { rack: 'a' },
    pools: ['gpu'],
  },
  { name: 'beta', capacity: { cpuMillis: 4000, memoryBytes: 8 * gibi }, labels: { rack: 'b' }, pools: ['cpu'] },
  {
    name: 'gamma',
    capacity: { cpuMillis: 4000 },
    os: { family: 'windows', build: '10.0.20348' },
    labels: { rack: 'c' },
  },
];

let client: MusterClient;
let system: TestSystem;
let catalogue: TestCatalogue;

const runs = async (type: string, who = client): Promise<SessionView> =>
  who.sessions.waitUntil((await who.sessions.create({ type })).id, 'running');
const close = async (id: string, who = client): Promise<void> => {
  await who.sessions.close(id);
  await who.sessions.waitUntil(id, 'closed');
};
const placesOf = (session: SessionView): Record<string, string | null> =>
  Object.fromEntries(Object.entries(session.roles).map(([role, { node }]) => [role, node]));

describe.skipIf(!fromFile)(`several nodes, declared in a file${needsFile}`, () => {
  let folder: string;
  beforeAll(async () => {
    catalogue = await TestCatalogue.of({
      team: {
        roles: {
          a: plainRole('good', { role: { near: ['b'] } }),
          b: plainRole('good', { hardware: { labels: { rack: 'b' } } }),
          c: plainRole('good', {
            hardware: { pool: 'gpu', gpu: { share: 0.25, memoryBytes: gibi } },
            role: { apart: ['b'] },
          }),
        },
      },
      'on-beta': plainType('good', { hardware: { labels: { rack: 'b' } } }),
      'whole-card': plainType('good', { hardware: { gpu: { count: 1, exclusive: true } } }),
    });
    folder = await mkdtemp(join(tmpdir(), 'muster-nodes-'));
    await writeFile(join(folder, 'nodes.yaml'), JSON.stringify({ nodes }));
    system = await TestSystem.start({
      settings: {
        MUSTER_CATALOGUE: catalogue.folder,
        MUSTER_NODES_FILE: join(folder, 'nodes.yaml'),
        MUSTER_NODE_NAME: 'home',
        MUSTER_REPORT_PERIOD_MS: '500',
        MUSTER_QUEUE_RETRY_MS: '200',
      },
    });
    client = await system.client();
  });
  afterAll(async () => {
    await system?.dispose();
    await catalogue.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const nodesNow = async (): Promise<NodeView[]> =>
    (await client.request<{ items: NodeView[] }>('GET', '/v1/nodes')).items;
  const node = async (name: string): Promise<NodeView> => (await nodesNow()).find((each) => each.name === name)!;
  const explain = (hardware: object): Promise<PlacementExplained> =>
    client.request('POST', '/v1/placements/explain', { body: { items: [{ role: 'worker', hardware }] } });

  it('are shown with their hardware, labels and pools, beside the computer itself', async () => {
    await expect.poll(async () => (await nodesNow()).length).toBe(4);
    expect(new Map((await nodesNow()).map(({ name, state }) => [name, state]))).toEqual(
      new Map(['alpha', 'beta', 'gamma', 'home'].map((name) => [name, 'ready'])),
    );
    expect(await node('alpha')).toMatchObject({
      gpus: [{ ...card, freeSlots: 4, use: 'free' }],
      description: { capacity: { cpuMillis: 4000, memoryBytes: 8 * gibi }, labels: { rack: 'a' }, pools: ['gpu'] },
    });
    expect(await node('gamma')).toMatchObject({ description: { os: { family: 'windows', build: '10.0.20348' } } });
  });

  it.skipIf(!cards)(
    `host the workers of one session where their labels, pools and companions are, with a share of a card${needsCards}`,
    async () => {
      const session = await runs('team');
      expect(placesOf(session)).toEqual({ a: 'beta', b: 'beta', c: 'alpha' });
      const connection = await client.connect(session.id);
      expect(await connection.call('c', 'gpus')).toBe('card-0');
      await expect.poll(() => node('alpha')).toMatchObject({ workloads: 1, gpus: [{ freeSlots: 3, use: 'shared' }] });
      await expect.poll(() => node('beta')).toMatchObject({ workloads: 2, free: { cpuMillis: 3980 } });
      connection.close();
      await close(session.id);
      await expect.poll(() => node('alpha')).toMatchObject({ workloads: 0, gpus: [{ freeSlots: 4, use: 'free' }] });
    },
  );

  it.skipIf(!cards)(
    `never lend a card whole while parts of it are lent: the session waits, says why, and starts when it can${needsCards}`,
    async () => {
      const team = await runs('team');
      const { id } = await client.sessions.create({ type: 'whole-card' });
      await expect
        .poll(async () => (await client.sessions.get(id)).queue?.explanation)
        .toMatch(/4 nodes.*(gpu|GPU|card)/);
      await close(team.id);
      expect(placesOf(await client.sessions.waitUntil(id, 'running'))).toEqual({ only: 'alpha' });
      expect(await node('alpha')).toMatchObject({ gpus: [{ use: 'exclusive' }] });
      await close(id);
    },
  );

  it('are counted in the answer to why something has no place', async () => {
    expect(await explain({ os: { family: 'windows', build: '10.0.20348' } })).toMatchObject({
      verdict: 'now',
      placements: [{ nodeName: 'gamma', summary: expect.stringMatching(/^4 nodes: 1 fit, 3 .*need windows/) }],
    });
    expect(await explain({ os: { family: 'windows', build: '10.0.17763' } })).toMatchObject({
      verdict: 'never',
      reasons: [
        { filter: 'os-and-build', count: 3, text: expect.stringContaining('need windows') },
        { filter: 'os-and-build', count: 1, nodes: ['gamma'], text: expect.stringContaining('need 10.0.17763') },
      ],
    });
    const { verdict, reasons, summary } = await explain({ gpu: { count: 1, memoryBytes: 80 * gibi } });
    expect([verdict, reasons?.reduce((sum, { count }) => sum + count, 0)]).toEqual(['never', 4]);
    expect(summary).toContain('4 nodes');
  });

  it('take no new work while they are drained, and again after', async () => {
    const { id: nodeId } = await node('beta');
    const before = await runs('on-beta');
    const drained = await client.request('POST', `/v1/nodes/${nodeId}/drain`, { body: { reason: 'new fans' } });
    expect(drained).toMatchObject({ state: 'draining', drain: { reason: 'new fans' } });
    const { id } = await client.sessions.create({ type: 'on-beta' });
    await expect.poll(async () => (await client.sessions.get(id)).queue?.explanation).toMatch(/drain/);
    expect(await client.sessions.get(before.id)).toMatchObject({ state: 'running' });
    expect(await client.request('POST', `/v1/nodes/${nodeId}/undrain`, { body: {} })).toMatchObject({ state: 'ready' });
    expect(placesOf(await client.sessions.waitUntil(id, 'running'))).toEqual({ only: 'beta' });
    await Promise.all([id, before.id].map((each) => close(each)));
  });
});

describe('when everything is full', () => {
  beforeAll(async () => {
    catalogue = await TestCatalogue.of({
      quiet: plainType(),
      greedy: plainType('good', { hardware: { cpuMillis: 600 } }),
    });
    system = await TestSystem.start({
      settings: {
        MUSTER_CATALOGUE: catalogue.folder,
        MUSTER_SESSION_CAPACITY: '1',
        MUSTER_IDLE_SERVICE_MS: '1000',
        // A further service is asked for when those that run have had a lease's time to register.
        MUSTER_SERVICE_LEASE_MS: '4000',
        MUSTER_LIMIT_USER_SESSIONS: '1',
        MUSTER_LIMIT_USER_CPU_MILLIS: '500',
        ...(systemMode === 'services' ? { MUSTER_SESSION_SERVICES: '1' } : {}),
      },
    });
    client = await system.client();
  });
  afterAll(async () => {
    await system?.dispose();
    await catalogue.remove();
  });

  const view = (): Promise<SystemView> => client.request('GET', '/v1/system');
  const sessionServices = async (): Promise<SystemView['services']> =>
    (await view()).services.filter(({ service, state }) => service === 'session' && state === 'ready');

  it('further session services are started, the queue shows who waits, and idle ones are stopped again', async () => {
    const first = await runs('quiet');
    const waiting = await Promise.all([
      client.sessions.create({ type: 'quiet' }),
      client.sessions.create({ type: 'quiet' }),
    ]);
    const places = async (): Promise<[string, number][]> =>
      (await client.request<QueuePage>('GET', '/v1/queue')).items.map(({ session, place }) => [session, place]);
    await expect.poll(places).toEqual([
      [expect.stringMatching(waiting.map(({ id }) => id).join('|')), 1],
      [expect.stringMatching(waiting.map(({ id }) => id).join('|')), 2],
    ]);
    await Promise.all(waiting.map(({ id }) => client.sessions.waitUntil(id, 'running')));
    expect((await sessionServices()).length).toBeGreaterThanOrEqual(3);
    expect((await view()).furtherSessionServices).toBeGreaterThanOrEqual(2);
    await Promise.all([first, ...waiting].map(({ id }) => close(id)));
    await expect.poll(async () => (await sessionServices()).length, { interval: 500 }).toBe(1);
    expect(await view()).toMatchObject({ furtherSessionServices: 0, sessionsLive: 0 });
    expect(await runs('quiet').then(({ id }) => close(id))).toBeUndefined();
  });

  it('a user gets no more at once than the limit: the next session waits and says so, one that is too large is refused', async () => {
    await client.request('POST', '/v1/users', { body: { username: 'ada', password: 'ada-password', role: 'user' } });
    const ada = await system.client('ada', 'ada-password');
    const first = await runs('quiet', ada);
    const { id } = await ada.sessions.create({ type: 'quiet' });
    await expect.poll(async () => (await ada.sessions.get(id)).queue?.explanation).toMatch(/user-limit.*sessions/);
    await expect(ada.sessions.create({ type: 'greedy' })).rejects.toMatchObject({
      code: 'over-limit',
      message: expect.stringContaining('cpuMillis'),
    });
    const story = new SessionStory(ada, id);
    await close(first.id, ada);
    await story.until((news) => news.kind === 'state' && news.state === 'running');
    await close(id, ada);
  });

  it('a session that may wait no longer ends with the reason', async () => {
    const first = await runs('quiet');
    const ada = await system.client('ada', 'ada-password');
    const running = await runs('quiet', ada);
    const { id } = await ada.sessions.create({ type: 'quiet', deadlineMs: 300 });
    await expect
      .poll(() => ada.sessions.get(id))
      .toMatchObject({ state: 'failed', reason: expect.stringContaining('deadline') });
    await Promise.all([close(first.id), close(running.id, ada)]);
  });
});
