import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  processesNaming,
  systemBackend,
  SystemNotStarted,
  TestCatalogue,
  TestSystem,
  type SystemOptions,
} from '@muster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainType } from './plain-worker.js';

const isRoot = process.getuid?.() === 0;
const stopMs = systemBackend === 'kubernetes' ? 15_000 : 5000;
const onMongo = process.env['MONGODB_URI'] !== undefined;

/** How a start ends that must not succeed: its exit status and all that it said. */
async function failureOf(options: SystemOptions): Promise<{ exit: number | string; said: string }> {
  try {
    const system = await TestSystem.start(options);
    await system.dispose();
  } catch (error) {
    if (error instanceof SystemNotStarted) return { exit: error.exit, said: error.output };
    throw error;
  }
  throw new RangeError('it started');
}

describe('a start that must fail leaves no process, and', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-start-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const refuses = async (
    settings: Record<string, string | undefined>,
    ...words: (string | RegExp)[]
  ): Promise<void> => {
    const { exit, said } = await failureOf({ dataDir: join(folder, 'data'), settings });
    expect(exit).toBe(1);
    expect(said).toContain('cannot start');
    for (const word of words) expect(said).toMatch(word);
    expect(said).not.toMatch(/^ +at .*\.js:\d+/m);
    expect(processesNaming(folder)).toEqual([]);
  };

  it('names the port that is in use', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await refuses({ MUSTER_PORT: String(port) }, 'in use', String(port), 'MUSTER_PORT');
    server.close();
  });

  it('lists every setting that is wrong at once, and none of their secrets', async () => {
    const secret = 'a-password-that-nobody-sees';
    await refuses(
      {
        MUSTER_PORT: 'eighty',
        MUSTER_LOG_LEVEL: 'loud',
        MUSTER_PROFILE: 'fun',
        MUSTER_STOP_GRACE_MS: '-1',
        MUSTER_ADMIN_PASSWORD: secret,
      },
      'MUSTER_PORT',
      'MUSTER_LOG_LEVEL',
      'MUSTER_PROFILE',
      'MUSTER_STOP_GRACE_MS',
      new RegExp(`^(?!.*${secret})`, 's'),
    );
  });

  it('names a setting that nobody knows, and the one that was meant', async () => {
    await refuses({ MUSTER_PROT: '8600' }, 'MUSTER_PROT', 'MUSTER_PORT');
  });

  it('wants a database server in production', async () => {
    await refuses({ MUSTER_PROFILE: 'production', MONGODB_URI: undefined }, 'MONGODB_URI');
  });

  it('names a data folder that cannot be made', async () => {
    const file = join(folder, 'a-file');
    await writeFile(file, '');
    await refuses({ MUSTER_DATA_DIR: join(file, 'data') }, join(file, 'data'));
  });

  it('names a data folder that cannot be written', async () => {
    const locked = join(folder, 'locked');
    // Nothing but a file in the way stops root.
    if (isRoot) await writeFile(locked, '');
    else await mkdir(locked, { mode: 0o500 });
    await refuses({ MUSTER_DATA_DIR: join(locked, 'data') }, join(locked, 'data'), 'cannot be written');
  });

  it.skipIf(onMongo)(
    `names a database file that is corrupt, and leaves it as it is${onMongo ? ' (skipped: on MongoDB)' : ''}`,
    async () => {
      const dataDir = join(folder, 'corrupt');
      await mkdir(dataDir);
      const file = join(dataDir, 'muster.db');
      await writeFile(file, 'this is no database'.repeat(1000));
      await refuses({ MUSTER_DATA_DIR: dataDir }, file);
      expect(await readFile(file, 'utf8')).toBe('this is no database'.repeat(1000));
    },
  );

  it('names file, line and member of every mistake in the catalogue', async () => {
    const catalogue = await TestCatalogue.of({ good: plainType() });
    await catalogue.write('broken.yaml', 'kind: SessionType\nname: broken\nroles:\n  a: { worker: [1, 2\n');
    await catalogue.write(
      'wrong.yaml',
      'kind: WorkerType\nname: wrong\nrun:\n  process: { command: [true] }\nhardwear: {}\n',
    );
    await refuses({ MUSTER_CATALOGUE: catalogue.folder }, /broken\.yaml:\d+/, /wrong\.yaml:\d+/, 'hardwear');
    await catalogue.remove();
  });

  it('names a catalogue folder that does not exist', async () => {
    await refuses({ MUSTER_CATALOGUE: join(folder, 'no-such-folder') }, 'no-such-folder');
  });
});

describe('a system from its first start to its last stop', () => {
  let catalogue: TestCatalogue;
  let dataDir: string;
  let system: TestSystem;
  let password: string;
  const settings = (): Record<string, string | undefined> => ({
    MUSTER_CATALOGUE: catalogue.folder,
    MUSTER_ADMIN_PASSWORD: undefined,
  });

  beforeAll(async () => {
    catalogue = await TestCatalogue.of({
      stubborn: plainType('stubborn', { worker: { shutdownGraceMs: 60_000 } }),
      quiet: plainType(),
    });
    dataDir = await mkdtemp(join(tmpdir(), 'muster-e2e-'));
    system = await TestSystem.start({ dataDir, settings: settings() });
    password = (await readFile(join(dataDir, 'admin-password'), 'utf8')).trim();
  });
  afterAll(async () => {
    await system?.dispose();
    await catalogue.remove();
  });

  it('keeps the random password of the first admin in a file that only its owner reads, and in no log', async () => {
    expect((await stat(join(dataDir, 'admin-password'))).mode & 0o777).toBe(0o600);
    expect(system.log).not.toContain(password);
    expect((await system.login('admin', password)).user).toMatchObject({ username: 'admin', role: 'admin' });
  });

  it('keeps every key in a file that only its owner reads', async () => {
    expect((await stat(join(dataDir, 'keys'))).mode & 0o077).toBe(0);
  });

  it('keeps a second installation out of its data folder', async () => {
    const { exit, said } = await failureOf({ dataDir, settings: settings() });
    expect(exit).toBe(1);
    expect(said).toContain(dataDir);
    expect((await system.ask('GET', '/health/ready')).status).toBe(200);
  });

  // A pod is gone only when its node has said so, which takes seconds more than its end.
  it(`stops in under ${stopMs / 1000} s though workers ignore it, leaves no process, and closed its sessions`, async () => {
    const client = await system.client('admin', password);
    const sessions = await Promise.all(['stubborn', 'quiet'].map((type) => client.sessions.create({ type })));
    await Promise.all(sessions.map(({ id }) => client.sessions.waitUntil(id, 'running')));
    const connection = await client.connect(sessions[1]!.id);
    const told = new Promise((resolve) =>
      connection.on('event', ({ event, body }) => event === 'session' && resolve(body.reason)),
    );
    const { exit, tookMs } = await system.stop();
    expect(exit).toBe(0);
    expect(tookMs).toBeLessThan(stopMs);
    expect(system.processes()).toEqual([]);
    expect(await told).toContain('system-stopped');
    connection.close();
    system = await TestSystem.start({ dataDir, settings: settings() });
    const again = await system.client('admin', password);
    for (const { id } of sessions)
      expect(await again.sessions.get(id)).toMatchObject({
        state: 'closed',
        reason: expect.stringContaining('system-stopped'),
        endedAt: expect.any(String),
      });
  });

  it('starts again with the same users and an empty node', async () => {
    const client = await system.client('admin', password);
    const { id } = await client.sessions.create({ type: 'quiet' });
    expect(await client.sessions.waitUntil(id, 'running')).toMatchObject({ epoch: 1 });
    await client.sessions.close(id);
    await client.sessions.waitUntil(id, 'closed');
    expect((await client.request<{ items: unknown[] }>('GET', '/v1/nodes')).items).toMatchObject([
      { state: 'ready', workloads: 0 },
    ]);
  });
});
