import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeInstallation, WorkerHarness } from '@muster/testing';
import { defineWorker, type WorkerDefinition } from '@muster/worker-sdk';
import { MusterClient, realTimers, type SessionConnection, type Timers } from './index.js';

const quickTimers: Timers = { after: (ms, then) => realTimers.after(Math.min(ms, 5000), then), random: () => 0 };

let installation: FakeInstallation;
const harnesses: WorkerHarness[] = [];
const connections: SessionConnection[] = [];

beforeEach(async () => {
  installation = await FakeInstallation.start();
});
afterEach(async () => {
  for (const connection of connections.splice(0)) connection.close();
  await installation.stop();
  for (const harness of harnesses.splice(0)) await harness.stop();
});

const startWorker = async (definition: WorkerDefinition, incarnation = 1): Promise<WorkerHarness> => {
  const variables = { MUSTER_INCARNATION: String(incarnation) };
  const harness = await WorkerHarness.start(defineWorker(definition), { variables });
  harnesses.push(harness);
  await harness.init();
  installation.workers.set('solver', { harness, incarnation });
  return harness;
};
const connect = async (): Promise<SessionConnection> => {
  const client = new MusterClient({ baseUrl: installation.baseUrl, timers: quickTimers });
  await client.login('ada', 'secret');
  const connection = await client.connect('ses_1');
  connections.push(connection);
  return connection;
};
const stateOf = (connection: SessionConnection, wanted: string): Promise<void> =>
  new Promise((resolve) => connection.on('state', ({ state }) => state === wanted && resolve()));

describe('a connection to a session', () => {
  it('asks workers and gets JSON, bytes, progress and problems', async () => {
    await startWorker({
      actions: {
        add: ({ a, b }: { a: number; b: number }, context) => {
          context.progress({ text: 'adding', done: 0.5 });
          return a + b;
        },
        field: () => ({ bytes: new Uint8Array([1, 2, 3]), topic: 'field' }),
      },
    });
    const connection = await connect();
    const progress: unknown[] = [];
    expect(await connection.call('solver', 'add', { a: 1, b: 2 }, { onProgress: (at) => progress.push(at) })).toBe(3);
    expect(progress).toEqual([{ text: 'adding', done: 0.5 }]);
    expect(await connection.call('solver', 'field')).toEqual({ topic: 'field', bytes: new Uint8Array([1, 2, 3]) });
    await expect(connection.call('solver', 'nothing')).rejects.toMatchObject({ code: 'unknown-action' });
    await expect(connection.call('plot', 'x')).rejects.toMatchObject({ code: 'unknown-role' });
  });

  it('hears pushes and binary messages, and sends its own', async () => {
    await startWorker({
      onPush: (topic, body, context) => {
        context.push(topic, body instanceof Uint8Array ? [...body] : { said: body });
        context.push('raw', new Uint8Array([4]));
      },
    });
    const connection = await connect();
    const heard: unknown[] = [];
    const done = new Promise<void>((resolve) => {
      connection.on('push', (message) => heard.push(message));
      connection.on('binary', ({ topic, payload }) => heard.push([topic, [...payload]]) === 4 && resolve());
    });
    connection.push('solver', 'chat', 'hi');
    connection.push('solver', 'grid', new Uint8Array([7]));
    await done;
    expect(heard).toEqual([
      { role: 'solver', topic: 'chat', body: { said: 'hi' } },
      ['raw', [4]],
      { role: 'solver', topic: 'grid', body: [7] },
      ['raw', [4]],
    ]);
  });

  it('refuses a body that is too large or no JSON, and goes on', async () => {
    await startWorker({ actions: { echo: (body) => body } });
    const connection = await connect();
    await expect(connection.call('solver', 'echo', 'x'.repeat(17_000_000))).rejects.toMatchObject({
      code: 'body-too-large',
    });
    await expect(connection.call('solver', 'echo', 1n)).rejects.toMatchObject({ code: 'invalid-request' });
    expect(await connection.call('solver', 'echo', 'fits')).toBe('fits');
  });

  it('cancels a call at the worker', async () => {
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    await startWorker({
      actions: {
        wait: (_, { signal }) => {
          begun.resolve();
          return new Promise((resolve) =>
            signal.addEventListener('abort', () => {
              ended.resolve();
              resolve(undefined);
            }),
          );
        },
      },
    });
    const connection = await connect();
    const controller = new AbortController();
    const call = connection.call('solver', 'wait', null, { signal: controller.signal });
    await begun.promise;
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
    await ended.promise;
  });

  it.each([1006, 1012, 4401])(
    'comes back after %i with a new ticket; every call is done once and answered',
    async (code) => {
      const gate = Promise.withResolvers<void>();
      let count = 0;
      await startWorker({
        actions: {
          count: async () => {
            const mine = ++count;
            await gate.promise;
            return mine;
          },
        },
      });
      const connection = await connect();
      const calls = [1, 2, 3].map(() => connection.call('solver', 'count'));
      const back = stateOf(connection, 'open');
      const away = stateOf(connection, 'away');
      installation.dropSockets(code);
      await away;
      calls.push(connection.call('solver', 'count'));
      gate.resolve();
      await back;
      expect(new Set(await Promise.all(calls))).toEqual(new Set([1, 2, 3, 4]));
      expect(count).toBe(4);
      expect(installation.calls.filter((call) => call.path.endsWith('/tickets'))).toHaveLength(2);
      expect(new Set(installation.hellos.map((hello) => hello.clientId)).size).toBe(1);
    },
  );

  it('comes back when no heartbeat is heard', async () => {
    await startWorker({ actions: { echo: (body) => body } });
    installation.heartbeatMs = 30;
    const connection = await connect();
    const away = stateOf(connection, 'away');
    installation.isSilent = true;
    await away;
    installation.isSilent = false;
    expect(await connection.call('solver', 'echo', 5)).toBe(5);
  });

  it('ends open calls with worker-restarted when the worker was replaced, and repeats the idempotent ones', async () => {
    await startWorker({ actions: { hang: () => new Promise(() => {}) } });
    const connection = await connect();
    const once = connection.call('solver', 'hang').catch((error: { code: string }) => error.code);
    const repeatable = connection.call('solver', 'hang', 1, { idempotent: true });
    await startWorker({ actions: { hang: (body) => ['second', body] } }, 2);
    installation.announcePeer({ role: 'solver', incarnation: 2, state: 'running' });
    expect(await once).toBe('worker-restarted');
    expect(await repeatable).toEqual(['second', 1]);
  });

  it.each([
    [4404, 'session-ended'],
    [4403, 'not-allowed'],
  ])('does not come back after %i: open calls end with %s', async (code, error) => {
    await startWorker({ actions: { hang: () => new Promise(() => {}) } });
    const connection = await connect();
    const call = connection.call('solver', 'hang');
    const closed = stateOf(connection, 'closed');
    installation.dropSockets(code);
    await expect(call).rejects.toMatchObject({ code: error });
    await closed;
    await expect(connection.call('solver', 'hang')).rejects.toMatchObject({ code: 'session-ended' });
  });

  it('ends when the ticket is refused', async () => {
    const client = new MusterClient({ baseUrl: installation.baseUrl, timers: quickTimers });
    await client.login('ada', 'secret');
    installation.failures.push({ status: 404, code: 'unknown-session' });
    await expect(client.connect('ses_1')).rejects.toMatchObject({ code: 'unknown-session' });
  });

  it('loses nothing and does nothing twice while its sockets break again and again', async () => {
    const done = new Map<number, number>();
    await startWorker({
      actions: {
        note: (n: number) => {
          done.set(n, (done.get(n) ?? 0) + 1);
          return n;
        },
      },
    });
    const connection = await connect();
    const answers: Promise<unknown>[] = [];
    for (let round = 0; round < 5; round++) {
      for (let n = 0; n < 40; n++) answers.push(connection.call('solver', 'note', round * 40 + n));
      await answers.at(-30);
      const back = stateOf(connection, 'open');
      installation.dropSockets(1006);
      await back;
    }
    const all = Array.from({ length: 200 }, (_, n) => n);
    expect(await Promise.all(answers)).toEqual(all);
    expect([...done]).toEqual(all.map((n) => [n, 1]));
  });
});
