import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionState, MusterClient, SessionConnection, SessionView } from '@muster/client';
import { isAlive, systemMode, TestCatalogue, TestSystem, type WorkerProcess } from '@muster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainRole } from './plain-worker.js';

const leaseMs = 2000;

interface Visit {
  session: SessionView;
  workers: WorkerProcess[];
  /** What each worker says of itself: in a container it counts its processes by itself. */
  selves: unknown[];
  connection: SessionConnection;
  /** Every state of the connection since it was open. */
  states: ConnectionState[];
}

let catalogue: TestCatalogue;
let system: TestSystem;
let client: MusterClient;
const settings = (): Record<string, string> => ({
  MUSTER_CATALOGUE: catalogue.folder,
  MUSTER_SERVICE_LEASE_MS: String(leaseMs),
});

beforeAll(async () => {
  catalogue = await TestCatalogue.of({ pair: { roles: { one: plainRole(), two: plainRole() } } });
  system = await TestSystem.start({ settings: settings(), dataDir: await mkdtemp(join(tmpdir(), 'muster-e2e-')) });
  client = await system.client();
});
afterAll(async () => {
  await system?.dispose();
  await catalogue.remove();
});

async function visit(): Promise<Visit> {
  const { id } = await client.sessions.create({ type: 'pair' });
  const session = await client.sessions.waitUntil(id, 'running');
  const connection = await client.connect(id);
  const states: ConnectionState[] = [];
  connection.on('state', ({ state }) => states.push(state));
  await connection.call('one', 'echo', 'hello');
  return { session, connection, states, workers: system.workersOf(id), selves: await selvesOf(connection) };
}

const selvesOf = (connection: SessionConnection): Promise<unknown[]> =>
  Promise.all(['one', 'two'].map((role) => connection.call(role, 'whoami', {}, { idempotent: true })));

/** The session goes on with the very same workers, and answers its client. */
async function expectUnharmed({ session, connection, workers, selves }: Visit): Promise<void> {
  expect(system.workersOf(session.id)).toEqual(workers);
  expect(await selvesOf(connection)).toEqual(selves);
  expect(await client.sessions.get(session.id)).toMatchObject({
    state: 'running',
    roles: { one: { incarnation: 1 }, two: { incarnation: 1 } },
  });
}

async function leave({ session, connection, workers }: Visit): Promise<void> {
  connection.close();
  await client.sessions.close(session.id);
  await client.sessions.waitUntil(session.id, 'closed');
  expect(workers.filter(({ pid }) => isAlive(pid))).toEqual([]);
}

const epochOf = async (id: string): Promise<number> => (await client.sessions.get(id)).epoch;
/** The instance of the session service that has it. */
const holderOf = async (id: string): Promise<string> => {
  const { sessions } = await client.request<{ sessions: { _id: string; holder: string }[] }>('GET', '/v1/system/debug');
  return sessions.find((each) => each._id === id)!.holder;
};

/** The relay that has clients, by its metrics. */
const relayOfClients = async (): Promise<string> => {
  for (const name of ['relay-1', 'relay-2']) {
    const metrics = await (await fetch(`${system.internalUrlOf(name)}/metrics`)).text();
    if (/^muster_relay_sockets(\{.*\})? [1-9]/m.test(metrics)) return name;
  }
  throw new RangeError('no relay has a client');
};

function inStandalone(): void {
  describe('a whole system that is killed', () => {
    it('adopts its workers at the next start: the session goes on under a higher epoch, the same client calls on', async () => {
      const before = await visit();
      const { dataDir, password, publicUrl } = system;
      await system.kill();
      expect(before.workers.every(({ pid }) => isAlive(pid))).toBe(true);
      system = await TestSystem.start({
        dataDir,
        password,
        settings: { ...settings(), MUSTER_PORT: new URL(publicUrl).port },
      });
      await expect.poll(() => epochOf(before.session.id)).toBeGreaterThan(before.session.epoch);
      await expect.poll(async () => (await client.sessions.get(before.session.id)).state).toBe('running');
      await expectUnharmed(before);
      const second = await client.connect(before.session.id);
      await expect(second.call('two', 'echo', 'again')).resolves.toBe('again');
      second.close();
      await leave(before);
    });
  });
}

function inServices(): void {
  describe('one service that is killed', () => {
    const restarted = (service: string, pid: number): Promise<unknown> =>
      system.logged(
        (line) =>
          line['msg'] === 'a service runs' &&
          line['name'] === service &&
          line['pid'] !== pid &&
          isAlive(Number(line['pid'])),
      );

    it.each(['SIGKILL', 'SIGTERM'] as const)(
      'the holder of a session, by %s: another goes on under the next epoch, workers and client notice nothing',
      async (signal) => {
        const before = await visit();
        const holder = await holderOf(before.session.id);
        const service = system.serviceOf(holder)!;
        const pid = system.pidOf(service);
        await system.kill(service, signal);
        // While it has no holder, its client and its workers go on.
        await expect(before.connection.call('two', 'echo', 'meanwhile')).resolves.toBe('meanwhile');
        await expect.poll(() => epochOf(before.session.id)).toBe(before.session.epoch + 1);
        expect(await holderOf(before.session.id)).not.toBe(holder);
        await expectUnharmed(before);
        expect(before.states).toEqual([]);
        await restarted(service, pid);
        await leave(before);
      },
    );

    it('a relay: its clients come back by themselves through the other one, and lose nothing', async () => {
      const before = await visit();
      const open = new Promise<void>((resolve) =>
        before.connection.on('state', ({ state }) => state === 'open' && resolve()),
      );
      const relay = await relayOfClients();
      const pid = system.pidOf(relay);
      await system.kill(relay);
      const answers = Promise.all(
        [1, 2, 3].map((each) => before.connection.call('one', 'echo', each, { idempotent: true })),
      );
      await open;
      expect(await answers).toEqual([1, 2, 3]);
      expect(before.states).toEqual(['away', 'open']);
      await expectUnharmed(before);
      expect(await epochOf(before.session.id)).toBe(before.session.epoch);
      await restarted(relay, pid);
      await leave(before);
    });

    it.each(['global-session', 'global-directory', 'local-directory', 'auth', 'console', 'front-door'])(
      '%s: it is started again, and the session lives',
      async (service) => {
        const before = await visit();
        const pid = system.pidOf(service);
        await system.kill(service);
        await restarted(service, pid);
        await expect.poll(() => client.sessions.get(before.session.id)).toMatchObject({ state: 'running' });
        await expectUnharmed(before);
        if (service !== 'front-door') expect(before.states).toEqual([]);
        await leave(before);
      },
    );

    it('and after all of this a new session starts as ever', async () => {
      const last = await visit();
      await expectUnharmed(last);
      await leave(last);
    });
  });
}

if (systemMode === 'standalone') inStandalone();
else inServices();
