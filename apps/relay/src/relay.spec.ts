import type { UserId } from '@muster/contracts';
import { WebSocket } from 'ws';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientId, RelayBench } from './testing/relay-bench.js';

let bench: RelayBench;

beforeEach(async () => {
  bench = await RelayBench.start();
});
afterEach(() => bench.stop());

describe('a client of a session', () => {
  it('reaches a worker by any relay: requests, pushes, bytes, progress and problems', async () => {
    const relay = await bench.startRelay();
    const worker = await bench.startWorker({
      actions: {
        double: (n: number, context) => {
          context.progress({ text: 'doubling' });
          return 2 * n;
        },
        field: () => ({ bytes: new Uint8Array([1, 2, 3]), topic: 'field' }),
      },
      onPush: (topic, body, context) => context.push(topic, body instanceof Uint8Array ? body : { said: body }),
    });
    bench.plane.route(worker);
    const connection = await bench.connect(relay);
    const progress: unknown[] = [];
    expect(await connection.call('solver', 'double', 21, { onProgress: (at) => progress.push(at) })).toBe(42);
    expect(progress).toEqual([{ text: 'doubling' }]);
    expect(await connection.call('solver', 'field')).toEqual({ topic: 'field', bytes: new Uint8Array([1, 2, 3]) });
    await expect(connection.call('solver', 'nothing')).rejects.toMatchObject({ code: 'unknown-action' });
    const heard = new Promise((resolve) => connection.on('push', resolve));
    connection.push('solver', 'chat', 'hi');
    expect(await heard).toEqual({ role: 'solver', topic: 'chat', body: { said: 'hi' } });
    const bytes = new Promise((resolve) => connection.on('binary', ({ payload }) => resolve([...payload])));
    connection.push('solver', 'grid', new Uint8Array([7, 8]));
    expect(await bytes).toEqual([7, 8]);
  });

  it('is welcomed with the state and the peers of its session, and the relay is registered', async () => {
    const relay = await bench.startRelay();
    bench.plane.route(await bench.startWorker({}));
    const { leg } = await bench.dial(relay);
    leg.send({ kind: 'hello', clientId, streams: [{ role: 'a-role-that-is-gone', incarnation: 7, received: 3 }] });
    expect(await leg.next('welcome')).toMatchObject({
      sessionId: 'ses_1',
      state: 'running',
      peers: [{ role: 'solver', incarnation: 1, state: 'running' }],
      resumed: [],
      fresh: [{ role: 'solver', incarnation: 1 }],
    });
    await bench.plane.until(() => bench.plane.leases.length > 0);
    expect(bench.plane.leases[0]).toMatchObject({ kind: 'relay', address: relay.host.runtime.addresses.internalUrl });
  });

  it('shares its session with others; each has its own stream, and the holder hears how many they are', async () => {
    const relay = await bench.startRelay({ MUSTER_RELAY_ACTIVITY_MS: '100' });
    bench.plane.route(await bench.startWorker({ actions: { echo: (body) => body } }));
    const all = await Promise.all([1, 2, 3].map(() => bench.connect(relay)));
    expect(await Promise.all(all.map((each, index) => each.call('solver', 'echo', index)))).toEqual([0, 1, 2]);
    await bench.plane.until(() => bench.plane.activities.some(({ clients }) => clients === 3));
    all[0]!.close();
    await bench.plane.until(() => bench.plane.activities.at(-1)?.clients === 2);
    expect(await all[1]!.call('solver', 'echo', 'still here')).toBe('still here');
  });

  it('hears of states, peers and warnings', async () => {
    const relay = await bench.startRelay();
    bench.plane.route(await bench.startWorker({}));
    const { leg } = await bench.greet(relay);
    bench.plane.change({ state: 'degraded', reason: 'solver restarts', warning: { id: 5, text: 'ends soon' } });
    expect((await leg.next('event')).body).toEqual({ state: 'degraded', reason: 'solver restarts' });
    expect((await leg.next('event')).body).toEqual({ text: 'ends soon' });
  });
});

describe('what happens to the session', () => {
  it('a worker restarts: open requests end with worker-restarted, idempotent ones are asked again', async () => {
    const relay = await bench.startRelay();
    const begun = Promise.withResolvers<void>();
    bench.plane.route(
      await bench.startWorker({
        actions: {
          wait: () => (begun.resolve(), new Promise(() => undefined)),
          name: () => new Promise(() => undefined),
        },
      }),
    );
    const connection = await bench.connect(relay);
    const lost = connection.call('solver', 'wait');
    const repeated = connection.call('solver', 'name', null, { idempotent: true });
    lost.catch(() => undefined);
    await begun.promise;
    bench.plane.route(await bench.startWorker({ actions: { name: () => 'second' } }, 'solver', 2), { incarnation: 2 });
    await expect(lost).rejects.toMatchObject({ code: 'worker-restarted' });
    expect(await repeated).toBe('second');
  });

  it('its holder changes: the client stays connected and hears the new one', async () => {
    const relay = await bench.startRelay();
    bench.plane.route(await bench.startWorker({ actions: { echo: (body) => body } }));
    const { leg, socket } = await bench.greet(relay);
    bench.plane.moveTo(undefined);
    bench.plane.moveTo('holder-2');
    await bench.plane.until(() => bench.plane.followed.includes('holder-2'));
    bench.plane.change({ state: 'degraded' });
    expect((await leg.next('event')).body).toMatchObject({ state: 'degraded' });
    await leg.next('ack', ({ opens }) => opens === true);
    leg.send({ kind: 'req', role: 'solver', incarnation: 1, seq: 1, id: 'r1', action: 'echo', body: 'same line' });
    expect((await leg.next('res')).body).toBe('same line');
    expect(socket.readyState).toBe(WebSocket.OPEN);
  });

  it('ends: everybody is closed with 4404', async () => {
    const relay = await bench.startRelay();
    const [one, two] = [await bench.greet(relay), await bench.greet(relay, 'bbbbbbbbbbbbbbbbbbbbbb')];
    bench.plane.change({ state: 'closed', reason: 'closed by its owner' });
    expect(await Promise.all([one.closed, two.closed])).toEqual([4404, 4404]);
  });

  it('its user is revoked: closed at once with 4401, others stay', async () => {
    const relay = await bench.startRelay();
    const one = await bench.greet(relay);
    const other = await bench.greet(
      relay,
      'bbbbbbbbbbbbbbbbbbbbbb',
      bench.plane.newTicket({ user: 'usr_bob' as UserId, loginId: 'login-bob' }),
    );
    bench.plane.revoke({ kind: 'user', subject: 'usr_ada', userId: 'usr_ada', belowVersion: 2, reason: 'disabled' });
    expect(await one.closed).toBe(4401);
    other.leg.send({ kind: 'ping', nonce: 'n' });
    expect(await other.leg.next('pong')).toEqual({ kind: 'pong', nonce: 'n' });
  });

  it('its user is revoked, but got one more ticket from who had not heard of it: refused with 4401', async () => {
    const relay = await bench.startRelay();
    const { closed } = await bench.greet(relay);
    bench.plane.revoke({ kind: 'user', subject: 'usr_ada', userId: 'usr_ada', belowVersion: 2, reason: 'disabled' });
    expect(await closed).toBe(4401);
    const late = await bench.dial(relay);
    late.leg.send({ kind: 'hello', clientId, streams: [] });
    expect(await late.closed).toBe(4401);
  });

  it('the token behind a ticket ends: 4401', async () => {
    const relay = await bench.startRelay();
    const tokenExpiresAt = new Date(Date.now() + 2000).toISOString();
    const { closed } = await bench.greet(relay, clientId, bench.plane.newTicket({ tokenExpiresAt }));
    expect(await closed).toBe(4401);
  });

  it('the relay stops: everybody is closed with 1012', async () => {
    const relay = await bench.startRelay();
    const { closed } = await bench.greet(relay);
    await relay.stop();
    expect(await closed).toBe(1012);
  });

  it('a connection is lost: the client goes on at another relay, nothing lost and nothing twice', async () => {
    const [first, second] = [await bench.startRelay(), await bench.startRelay()];
    let count = 0;
    const gate = Promise.withResolvers<void>();
    bench.plane.route(await bench.startWorker({ actions: { count: async () => (await gate.promise, ++count) } }));
    let relay = first;
    const connection = await bench.connect(() => relay);
    const calls = [1, 2, 3].map(() => connection.call('solver', 'count'));
    relay = second;
    await first.stop();
    gate.resolve();
    expect(await Promise.all(calls)).toEqual([1, 2, 3]);
    expect(await connection.call('solver', 'count')).toBe(4);
  });
});
