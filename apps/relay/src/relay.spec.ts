import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SessionConnection, type SocketConstructor, realTimers } from '@muster/client';
import type { TicketView, UserId } from '@muster/contracts';
import { hostServices, type RunningHost } from '@muster/hosting';
import { FakeRelayLeg, FakeSessionPlane, WorkerHarness } from '@muster/testing';
import { defineWorker, type WorkerDefinition } from '@muster/worker-sdk';
import { WebSocket } from 'ws';
import { relayService } from './relay.definition.js';

const clientId = 'abcdefghijklmnopqrstuv';
const quick = { ...realTimers, after: (ms: number, then: () => void) => realTimers.after(Math.min(ms, 60_000), then) };

let plane: FakeSessionPlane;
const endings: (() => unknown)[] = [];

beforeEach(async () => {
  plane = await FakeSessionPlane.start();
});
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
  await plane.stop();
});

async function startRelay(settings: Record<string, string> = {}): Promise<RunningHost> {
  const environment = {
    MUSTER_PORT: '0',
    MUSTER_AUTH_URL: plane.url,
    MUSTER_GLOBAL_SESSION_URL: plane.url,
    MUSTER_JOIN_KEY: 'join-key-of-the-relay',
    MUSTER_LOG_LEVEL: 'fatal',
    MUSTER_RELAY_LINGER_MS: '50',
    ...settings,
  };
  const running = await hostServices({
    process: 'relay',
    services: [relayService],
    environment,
    ownsInstallation: false,
  });
  endings.push(() => running.stop());
  return running;
}

async function startWorker(definition: WorkerDefinition, role = 'solver', incarnation = 1): Promise<WorkerHarness> {
  const variables = { MUSTER_INCARNATION: String(incarnation) };
  const harness = await WorkerHarness.start(defineWorker(definition), { role, variables });
  endings.push(() => harness.stop());
  await harness.init();
  return harness;
}

const urlOf = ({ host }: RunningHost, ticket: string): string =>
  `${host.runtime.addresses.publicUrl.replace('http', 'ws')}/v1/connect?ticket=${ticket}`;

/** A client of the library. */
async function connect(relay: RunningHost): Promise<SessionConnection> {
  const takeTicket = async (): Promise<TicketView> => {
    const ticket = plane.newTicket();
    return { ticket, url: urlOf(relay, ticket), expiresAt: '' };
  };
  const connection = new SessionConnection(
    { takeTicket, WebSocket: WebSocket as unknown as SocketConstructor, timers: quick },
    {},
  );
  endings.push(() => connection.close());
  await connection.opened;
  return connection;
}

interface RawClient {
  leg: FakeRelayLeg;
  socket: WebSocket;
  closed: Promise<number>;
}

/** A client that says what a test wants it to say. */
async function dial(
  relay: RunningHost,
  ticket = plane.newTicket(),
  headers: Record<string, string> = {},
): Promise<RawClient> {
  const socket = new WebSocket(urlOf(relay, ticket), 'muster.v1', { headers });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  endings.push(() => socket.terminate());
  return { socket, closed, leg: await FakeRelayLeg.open(socket) };
}

async function greet(relay: RunningHost, id = clientId, ticket = plane.newTicket()): Promise<RawClient> {
  const client = await dial(relay, ticket);
  client.leg.send({ kind: 'hello', clientId: id, streams: [] });
  await client.leg.next('welcome');
  return client;
}

const refusalOf = async (relay: RunningHost, ticket: string, id = clientId): Promise<number> => {
  const { leg, closed } = await dial(relay, ticket);
  leg.send({ kind: 'hello', clientId: id, streams: [] });
  return closed;
};

describe('a client of a session', () => {
  it('reaches a worker by any relay: requests, pushes, bytes, progress and problems', async () => {
    const relay = await startRelay();
    const worker = await startWorker({
      actions: {
        double: (n: number, context) => {
          context.progress({ text: 'doubling' });
          return 2 * n;
        },
        field: () => ({ bytes: new Uint8Array([1, 2, 3]), topic: 'field' }),
      },
      onPush: (topic, body, context) => context.push(topic, body instanceof Uint8Array ? body : { said: body }),
    });
    plane.route(worker);
    const connection = await connect(relay);
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
    const relay = await startRelay();
    plane.route(await startWorker({}));
    const { leg } = await dial(relay);
    leg.send({ kind: 'hello', clientId, streams: [{ role: 'solver', incarnation: 7, received: 3 }] });
    expect(await leg.next('welcome')).toMatchObject({
      sessionId: 'ses_1',
      state: 'running',
      peers: [{ role: 'solver', incarnation: 1, state: 'running' }],
      resumed: [],
      fresh: [{ role: 'solver', incarnation: 1 }],
    });
    await plane.until(() => plane.leases.length > 0);
    expect(plane.leases[0]).toMatchObject({ kind: 'relay', address: relay.host.runtime.addresses.internalUrl });
  });

  it('shares its session with others; each has its own stream, and the holder hears how many they are', async () => {
    const relay = await startRelay({ MUSTER_RELAY_ACTIVITY_MS: '100' });
    plane.route(await startWorker({ actions: { echo: (body) => body } }));
    const all = await Promise.all([1, 2, 3].map(() => connect(relay)));
    expect(await Promise.all(all.map((each, index) => each.call('solver', 'echo', index)))).toEqual([0, 1, 2]);
    await plane.until(() => plane.activities.some(({ clients }) => clients === 3));
    all[0]!.close();
    await plane.until(() => plane.activities.at(-1)?.clients === 2);
    expect(await all[1]!.call('solver', 'echo', 'still here')).toBe('still here');
  });

  it('hears of states, peers and warnings', async () => {
    const relay = await startRelay();
    plane.route(await startWorker({}));
    const { leg } = await greet(relay);
    plane.change({ state: 'degraded', reason: 'solver restarts', warning: { id: 5, text: 'ends soon' } });
    expect((await leg.next('event')).body).toEqual({ state: 'degraded', reason: 'solver restarts' });
    expect((await leg.next('event')).body).toEqual({ text: 'ends soon' });
  });
});

describe('a ticket', () => {
  it('opens one socket, once: 4401', async () => {
    const relay = await startRelay();
    const ticket = plane.newTicket();
    await greet(relay, clientId, ticket);
    expect(await refusalOf(relay, ticket)).toBe(4401);
    expect(await refusalOf(relay, 'no-ticket')).toBe(4401);
  });

  it("does not open another user's line: 4403", async () => {
    const relay = await startRelay();
    await greet(relay);
    expect(await refusalOf(relay, plane.newTicket({ user: 'usr_eve' as UserId }))).toBe(4403);
  });

  it('is not used up while nobody holds the session: 4503', async () => {
    const relay = await startRelay();
    plane.holder = undefined;
    const ticket = plane.newTicket();
    expect(await refusalOf(relay, ticket)).toBe(4503);
    plane.holder = 'holder-1';
    await greet(relay, clientId, ticket);
  });

  it('of a session that has ended is refused: 4404', async () => {
    const relay = await startRelay();
    plane.change({ state: 'closed' });
    expect(await refusalOf(relay, plane.newTicket())).toBe(4404);
  });
});

describe('the upgrade', () => {
  it('is refused to web pages of other origins', async () => {
    const relay = await startRelay();
    await expect(dial(relay, plane.newTicket(), { origin: 'https://evil.example' })).rejects.toThrow('403');
    const { publicUrl } = relay.host.runtime.addresses;
    await dial(relay, plane.newTicket(), { origin: publicUrl.replace('127.0.0.1', 'localhost') });
  });

  it('is refused when too many wait to say hello', async () => {
    const relay = await startRelay({ MUSTER_RELAY_MAX_WAITING_SOCKETS: '2' });
    const [first] = await Promise.all([dial(relay), dial(relay)]);
    await expect(dial(relay)).rejects.toThrow('503');
    first!.leg.send({ kind: 'hello', clientId, streams: [] });
    await first!.leg.next('welcome');
    await dial(relay);
  });

  it('needs our subprotocol, and a hello in time', async () => {
    const relay = await startRelay({ MUSTER_RELAY_HELLO_TIMEOUT_MS: '100' });
    const bare = new WebSocket(urlOf(relay, plane.newTicket()));
    expect(await new Promise((resolve) => bare.once('close', resolve))).toBe(1002);
    expect(await (await dial(relay)).closed).toBe(4408);
  });
});

describe('bad frames', () => {
  it.each([
    ['garbage', 'garbage'],
    ['a frame of the relay', '{"kind":"client-here","client":"x","received":0,"credit":1}'],
    ['broken bytes', new Uint8Array([1, 2, 3])],
    ['a second hello', `{"kind":"hello","clientId":"${clientId}","streams":[]}`],
  ])('%s: 1002', async (_, frame) => {
    const { leg, closed } = await greet(await startRelay());
    leg.sendRaw(frame);
    expect(await closed).toBe(1002);
  });

  it.each([
    ['{"kind":"req"', 'not a JSON object'],
    ['{"kind":"banana"}', 'unknown kind'],
    ['{"kind":"ping"}', 'hello comes first, not ping'],
    ['{"kind":"hello","clientId":"short","streams":[]}', 'hello: clientId must be 16 to 64 characters of base64url'],
    [`{"kind":"hello","clientId":"${clientId}"}`, 'hello: streams must be a list of at most 256'],
  ])('%s says what is wrong with it', async (frame, reason) => {
    const relay = await startRelay();
    const socket = new WebSocket(urlOf(relay, plane.newTicket()), 'muster.v1');
    socket.once('open', () => socket.send(frame));
    const text = await new Promise((resolve) => socket.once('close', (_code, said: Buffer) => resolve(String(said))));
    expect(text).toBe(`a frame was not valid: ${reason}`);
  });

  it('a huge frame: 1009, and others go on', async () => {
    const relay = await startRelay({ MUSTER_RELAY_MAX_FRAME_BYTES: '10000' });
    plane.route(await startWorker({ actions: { echo: (body) => body } }));
    const other = await connect(relay);
    const { leg, closed } = await greet(relay);
    leg.sendRaw('x'.repeat(10_001));
    expect(await closed).toBe(1009);
    expect(await other.call('solver', 'echo', 1)).toBe(1);
  });

  it('requests to roles that the session does not have, or to a worker that was replaced, are answered', async () => {
    const relay = await startRelay();
    plane.route(await startWorker({}, 'solver', 2), { incarnation: 2 });
    const { leg } = await greet(relay);
    leg.send({ kind: 'req', role: 'foreign', incarnation: 1, seq: 1, id: 'r1', action: 'x' });
    expect(await leg.next('err')).toMatchObject({ id: 'r1', role: 'foreign', problem: { code: 'unknown-role' } });
    leg.send({ kind: 'req', role: 'solver', incarnation: 1, seq: 1, id: 'r2', action: 'x' });
    expect(await leg.next('err')).toMatchObject({ id: 'r2', incarnation: 1, problem: { code: 'worker-restarted' } });
  });

  it('a client cannot speak for another', async () => {
    const relay = await startRelay();
    plane.route(await startWorker({ actions: { who: (_, context) => context.from.clientId } }));
    const { leg } = await greet(relay);
    await leg.next('ack', ({ opens }) => opens === true);
    leg.sendRaw(
      `{"kind":"req","client":"somebody-else","role":"solver","incarnation":1,"seq":1,"id":"r1","action":"who"}`,
    );
    expect((await leg.next('res')).body).toBe(clientId);
  });
});

describe('what happens to the session', () => {
  it('a worker restarts: open requests end with worker-restarted, idempotent ones are asked again', async () => {
    const relay = await startRelay();
    const begun = Promise.withResolvers<void>();
    plane.route(
      await startWorker({
        actions: {
          wait: () => (begun.resolve(), new Promise(() => undefined)),
          name: () => new Promise(() => undefined),
        },
      }),
    );
    const connection = await connect(relay);
    const lost = connection.call('solver', 'wait');
    const repeated = connection.call('solver', 'name', null, { idempotent: true });
    lost.catch(() => undefined);
    await begun.promise;
    plane.route(await startWorker({ actions: { name: () => 'second' } }, 'solver', 2), { incarnation: 2 });
    await expect(lost).rejects.toMatchObject({ code: 'worker-restarted' });
    expect(await repeated).toBe('second');
  });

  it('its holder changes: the client stays connected and hears the new one', async () => {
    const relay = await startRelay();
    plane.route(await startWorker({ actions: { echo: (body) => body } }));
    const { leg, socket } = await greet(relay);
    plane.moveTo(undefined);
    plane.moveTo('holder-2');
    await plane.until(() => plane.followed.includes('holder-2'));
    plane.change({ state: 'degraded' });
    expect((await leg.next('event')).body).toMatchObject({ state: 'degraded' });
    await leg.next('ack', ({ opens }) => opens === true);
    leg.send({ kind: 'req', role: 'solver', incarnation: 1, seq: 1, id: 'r1', action: 'echo', body: 'same line' });
    expect((await leg.next('res')).body).toBe('same line');
    expect(socket.readyState).toBe(WebSocket.OPEN);
  });

  it('ends: everybody is closed with 4404', async () => {
    const relay = await startRelay();
    const [one, two] = [await greet(relay), await greet(relay, 'bbbbbbbbbbbbbbbbbbbbbb')];
    plane.change({ state: 'closed', reason: 'closed by its owner' });
    expect(await Promise.all([one.closed, two.closed])).toEqual([4404, 4404]);
  });

  it('its user is revoked: closed at once with 4401, others stay', async () => {
    const relay = await startRelay();
    const one = await greet(relay);
    const other = await greet(
      relay,
      'bbbbbbbbbbbbbbbbbbbbbb',
      plane.newTicket({ user: 'usr_bob' as UserId, loginId: 'login-bob' }),
    );
    plane.revoke({ kind: 'user', subject: 'usr_ada', userId: 'usr_ada', belowVersion: 2, reason: 'disabled' });
    expect(await one.closed).toBe(4401);
    other.leg.send({ kind: 'ping', nonce: 'n' });
    expect(await other.leg.next('pong')).toEqual({ kind: 'pong', nonce: 'n' });
  });

  it('its user is revoked, but got one more ticket from who had not heard of it: refused with 4401', async () => {
    const relay = await startRelay();
    const { closed } = await greet(relay);
    plane.revoke({ kind: 'user', subject: 'usr_ada', userId: 'usr_ada', belowVersion: 2, reason: 'disabled' });
    expect(await closed).toBe(4401);
    const late = await dial(relay);
    late.leg.send({ kind: 'hello', clientId, streams: [] });
    expect(await late.closed).toBe(4401);
  });

  it('the token behind a ticket ends: 4401', async () => {
    const relay = await startRelay();
    const tokenExpiresAt = new Date(Date.now() + 2000).toISOString();
    const { closed } = await greet(relay, clientId, plane.newTicket({ tokenExpiresAt }));
    expect(await closed).toBe(4401);
  });

  it('the relay stops: everybody is closed with 1012', async () => {
    const relay = await startRelay();
    const { closed } = await greet(relay);
    await relay.stop();
    expect(await closed).toBe(1012);
  });

  it('a connection is lost: the client goes on at another relay, nothing lost and nothing twice', async () => {
    const [first, second] = [await startRelay(), await startRelay()];
    let count = 0;
    const gate = Promise.withResolvers<void>();
    plane.route(await startWorker({ actions: { count: async () => (await gate.promise, ++count) } }));
    let relay = first;
    const takeTicket = async (): Promise<TicketView> => {
      const ticket = plane.newTicket();
      return { ticket, url: urlOf(relay, ticket), expiresAt: '' };
    };
    const connection = new SessionConnection({
      takeTicket,
      WebSocket: WebSocket as unknown as SocketConstructor,
      timers: quick,
    });
    endings.push(() => connection.close());
    await connection.opened;
    const calls = [1, 2, 3].map(() => connection.call('solver', 'count'));
    relay = second;
    await first.stop();
    gate.resolve();
    expect(await Promise.all(calls)).toEqual([1, 2, 3]);
    expect(await connection.call('solver', 'count')).toBe(4);
  });
});
