import { readFile } from 'node:fs/promises';
import type { MusterClient, SessionConnection, SessionView } from '@muster/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ComposeSystem } from './compose-system.js';

/** Of each a container is killed in turn; the database is the one whose loss a session cannot outlive. */
const services = [
  'auth',
  'global-session',
  'global-directory',
  'local-directory',
  'engine-proxy',
  'session',
  'relay',
  'console',
  'front-door',
];
const workerRoles = ['model', 'solver', 'plot'];
const patience = { timeout: 100_000, interval: 500 };

let system: ComposeSystem;
let client: MusterClient;

beforeAll(async () => {
  system = await ComposeSystem.prepare();
  await system.up('--scale', 'session=2', '--scale', 'relay=2');
  client = await system.client();
}, 420_000);

afterAll(() => system.down(), 200_000);

interface SystemAnswer {
  services: { service: string; state: string }[];
}

const ofServices = async (): Promise<string[]> =>
  (await client.request<SystemAnswer>('GET', '/v1/system')).services
    .filter(({ state }) => state === 'ready')
    .map(({ service }) => service)
    .sort();

describe('the compose file on a real engine', () => {
  it('comes up as a whole, with as many session services and relays as were asked for', async () => {
    await expect
      .poll(ofServices, patience)
      .toEqual(['auth', 'global-directory', 'global-session', 'relay', 'relay', 'session', 'session']);
    const { items } = await client.request<{ items: unknown[] }>('GET', '/v1/nodes');
    expect(items).toMatchObject([{ state: 'ready', description: { backend: 'docker', os: { family: 'linux' } } }]);
  });

  it('shows outside what is public, and nothing else', async () => {
    const statusOf = async (path: string): Promise<number> => (await fetch(system.publicUrl + path)).status;
    expect([await statusOf('/health/live'), await statusOf('/docs'), await statusOf('/v1/sessions')]).toEqual([
      200, 200, 401,
    ]);
    expect([await statusOf('/metrics'), await statusOf('/internal/v1/log-level')]).toEqual([404, 404]);
  });

  it('lets each service read its own secrets alone', async () => {
    const read = (path: string): Promise<string> => system.compose('exec', 'relay', 'cat', `/run/muster/${path}`);
    expect(await read('relay/join.key')).toHaveLength(43);
    await expect(read('auth/admin-password')).rejects.toThrow('Permission denied');
    await expect(read('session/installation.key')).rejects.toThrow('Permission denied');
  });
});

describe('a session', () => {
  let session: SessionView;
  let connection: SessionConnection;
  let workers: string[];

  afterAll(() => connection?.close());

  async function rolesRunning(): Promise<string[]> {
    const { roles } = await client.sessions.get(session.id);
    return workerRoles.filter((role) => roles[role]?.state === 'running');
  }

  it('runs in containers of its own and computes what theory gives', async () => {
    session = await client.sessions.create({ type: 'field-lab', project: 'cable', parameters: { gridCells: 128 } });
    await client.sessions.waitUntil(session.id, 'running');
    await expect.poll(rolesRunning, patience).toEqual(workerRoles);
    workers = await system.workers();
    expect(workers).toHaveLength(workerRoles.length);
    connection = await client.connect(session.id);
    const geometry = JSON.parse(await readFile('workers/field-model/examples/coaxial-cable.json', 'utf8')) as unknown;
    await connection.call('model', 'load', geometry);
    const solved = await connection.call<{ relativeError: number }>('solver', 'solve', { gridCells: 128 });
    expect(solved.relativeError).toBeLessThan(0.05);
    const picture = await connection.call<{ bytes: Uint8Array }>('plot', 'render', {});
    expect([...picture.bytes.subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
  });

  it.each(services)('outlives the container of %s, with the very same workers', async (service) => {
    const [victim] = await system.containersOf(service);
    await system.docker('kill', victim!.id);
    await system.docker('start', victim!.id);
    await expect
      .poll(async () => (await system.containersOf(service)).map(({ health }) => health), patience)
      .not.toContain('starting');
    for (const { health } of await system.containersOf(service)) expect(health).toBe('healthy');
    const state = async (): Promise<string | undefined> =>
      (await client.sessions.get(session.id).catch(() => undefined))?.state;
    await expect.poll(state, patience).toBe('running');
    expect(await connection.call('solver', 'solve', { gridCells: 64 }, { idempotent: true })).toMatchObject({
      relativeError: expect.any(Number) as number,
    });
    expect(await system.workers()).toEqual(workers);
  });

  it('leaves no container when it is closed', async () => {
    await client.sessions.close(session.id);
    await client.sessions.waitUntil(session.id, 'closed');
    await expect.poll(() => system.workers(), patience).toEqual([]);
  });
});

describe('docker compose down', () => {
  it('leaves nothing on the engine, though a session was running', async () => {
    const { id } = await client.sessions.create({ type: 'field-lab', project: 'left-open' });
    await client.sessions.waitUntil(id, 'running');
    await system.down();
    expect(await system.leftovers()).toEqual([]);
  }, 200_000);
});
