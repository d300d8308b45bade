import { EventEmitter, on } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Frame, Route } from '@muster/contracts';
import { parseFrame, type TextFrame } from '@muster/relay';
import { encodeFrame, RelayHarness, WorkerHarness } from '@muster/testing';
import { defineWorker } from '@muster/worker-sdk';
import { WebSocket, WebSocketServer } from 'ws';

const clientId = 'abcdefghijklmnopqrstuv';

/** A worker's end of the stream without a worker: says and hears what a test wants, may stop reading, may break off. */
class FakeStreamWorker {
  readonly #heard = new EventEmitter();
  readonly #sockets: WebSocket[] = [];

  private constructor(private readonly server: WebSocketServer) {
    server.on('connection', (socket) => {
      this.#sockets.push(socket);
      socket.on('message', (data: Buffer, isBinary) => {
        const parsed = isBinary ? undefined : parseFrame(data.toString('utf8'));
        if (parsed?.ok === true) this.#heard.emit('frame', parsed.frame);
      });
    });
  }

  static async start(): Promise<FakeStreamWorker> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'muster.v1' });
    await new Promise((resolve) => server.once('listening', resolve));
    return new FakeStreamWorker(server);
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get socket(): WebSocket {
    return this.#sockets.at(-1)!;
  }

  connected(listener: () => void): void {
    this.server.on('connection', listener);
  }

  send(frame: Frame): void {
    this.socket.send(encodeFrame(frame));
  }

  /** The next frame of this kind from now on. */
  async hears<Kind extends TextFrame['kind']>(kind: Kind): Promise<Extract<TextFrame, { kind: Kind }>> {
    for await (const [frame] of on(this.#heard, 'frame') as AsyncIterable<[TextFrame]>)
      if (frame.kind === kind) return frame as Extract<TextFrame, { kind: Kind }>;
    throw new TypeError('the events ended');
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.terminate();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

let harness: RelayHarness;
let worker: FakeStreamWorker;
const stream = (role: string, address: string): Pick<Route, 'role' | 'speaks' | 'address'> => ({
  role,
  speaks: 'stream',
  address,
});

beforeEach(async () => {
  harness = await RelayHarness.start({ windowBytes: 100_000, maxFrameBytes: 100_000, retryFirstMs: 5 });
  worker = await FakeStreamWorker.start();
  harness.session.route(stream('solver', worker.address));
});
afterEach(async () => {
  await harness.stop();
  await worker.stop();
});

const opens = {
  kind: 'ack',
  client: clientId,
  role: 'solver',
  incarnation: 1,
  received: 0,
  credit: 100_000,
  opens: true,
} as const;

/** A client whose stream to the worker is open. */
async function open(): ReturnType<RelayHarness['greet']> {
  const announced = worker.hears('client-here');
  const client = await harness.greet(clientId);
  await announced;
  worker.send(opens);
  await client.leg.next('ack');
  return client;
}

/** A client that sent far more than it had credit for to a worker that does not read; a ping behind it all is not answered yet. */
async function heldBack(): Promise<{ pong: Promise<unknown> }> {
  const { leg } = await open();
  worker.socket.pause();
  const body = 'x'.repeat(90_000);
  for (let seq = 1; seq <= 300; seq++)
    leg.send({ kind: 'req', role: 'solver', incarnation: 1, seq, id: `r${seq}`, action: 'x', body });
  leg.send({ kind: 'ping', nonce: 'behind it all' });
  let answered = false;
  const pong = leg.next('pong').then(() => (answered = true));
  const other = await harness.greet('bbbbbbbbbbbbbbbbbbbbbb');
  other.leg.send({ kind: 'ping' });
  await other.leg.next('pong');
  expect(answered).toBe(false);
  return { pong };
}

describe('the line to an SDK worker', () => {
  it('names each client to the worker, and says whether it is away or gone for good', async () => {
    const { socket } = await open();
    const away = worker.hears('client-away');
    socket.terminate();
    expect(await away).toEqual({ kind: 'client-away', client: clientId });
    const again = await open();
    const gone = worker.hears('client-gone');
    again.socket.close(1000);
    expect(await gone).toEqual({ kind: 'client-gone', client: clientId });
  });

  it('is made again when it breaks, and the worker hears what the client has received', async () => {
    const { leg } = await open();
    const acknowledged = worker.hears('ack');
    leg.send({ kind: 'ack', role: 'solver', incarnation: 1, received: 7, credit: 5000 });
    expect(await acknowledged).toEqual({
      kind: 'ack',
      client: clientId,
      role: 'solver',
      incarnation: 1,
      received: 7,
      credit: 5000,
    });
    const here = worker.hears('client-here');
    worker.socket.terminate();
    expect(await here).toEqual({
      kind: 'client-here',
      client: clientId,
      received: 7,
      credit: 5000,
      connection: 1,
      maxFrameBytes: 100_000,
    });
  });

  it('is made again with longer and longer pauses while a worker sends more than is carried', async () => {
    const times: number[] = [];
    worker.connected(() => {
      times.push(performance.now());
      worker.socket.send('x'.repeat(200_000));
    });
    await harness.greet(clientId);
    await vi.waitFor(() => expect(times.length).toBeGreaterThan(5), 10_000);
    const pauses = times.slice(1).map((time, index) => time - times[index]!);
    expect(Math.max(...pauses.slice(3))).toBeGreaterThan(20);
  });

  it('passes on only what its own worker may say, and only to the client that is meant', async () => {
    const { leg } = await open();
    const other = await harness.greet('bbbbbbbbbbbbbbbbbbbbbb');
    const push = { kind: 'push', client: clientId, role: 'solver', incarnation: 1, seq: 1, topic: 't' } as const;
    worker.send({ ...push, role: 'plot' });
    worker.send({ ...push, incarnation: 2 });
    worker.send({ ...push, client: 'nobody' });
    worker.send({ kind: 'event', event: 'session', body: { state: 'closed' } });
    worker.socket.send('garbage');
    worker.send({ ...push, body: 'meant' });
    expect(await leg.next('push')).toMatchObject({ body: 'meant' });
    other.leg.send({ kind: 'ping' });
    await other.leg.next('pong');
    expect([...leg.received, ...other.leg.received]).toEqual([]);
  });

  it('that does not read slows no other role of a client that keeps to its credit', async () => {
    const quick = await WorkerHarness.start(defineWorker({ actions: { echo: (body) => body } }), { role: 'quick' });
    await quick.init();
    const announced = worker.hears('client-here');
    harness.session.route(stream('solver', worker.address), stream('quick', quick.address));
    const connection = await harness.connect();
    await announced;
    worker.send({ ...opens, client: connection.clientId });
    await connection.call('quick', 'echo', 0);
    worker.socket.pause();
    for (let n = 0; n < 50; n++) connection.push('solver', 'part', 'x'.repeat(50_000));
    expect(await connection.call('quick', 'echo', 'at once')).toBe('at once');
    connection.close();
    await quick.stop();
  });

  it('holds back a client that sends beyond its credit until the worker has read', async () => {
    const { pong } = await heldBack();
    worker.socket.resume();
    await pong;
  });

  it('reads on from a client that it held back when the worker is somewhere else', async () => {
    const { pong } = await heldBack();
    const moved = await FakeStreamWorker.start();
    harness.session.route(stream('solver', moved.address));
    await pong;
    await moved.stop();
  });
});

describe('a client that is closed while it is welcomed', () => {
  it('because its session ended in that moment, hears 4404', async () => {
    harness.session.duringRedeem = () => harness.session.change({ state: 'closed' });
    const { leg } = await harness.dial();
    leg.send({ kind: 'hello', clientId, streams: [] });
    await harness.closedWith(4404);
  });

  it('is no client of the session: the session is left', async () => {
    const brief = await RelayHarness.start({ clientResumeMs: 5, lingerMs: 5 });
    const user = 'usr_ada';
    brief.session.duringReport = () =>
      brief.relay.revoked({ number: 1, at: '', kind: 'user', subject: user, userId: user, reason: 'disabled' });
    const { leg } = await brief.dial();
    leg.send({ kind: 'hello', clientId, streams: [] });
    await brief.closedWith(4401);
    await vi.waitUntil(() => brief.relay.sessions === 0);
    await brief.stop();
  });
});

describe('a heartbeat', () => {
  it('that a client does not answer closes its line with 4408', async () => {
    const quick = await RelayHarness.start({ heartbeatMs: 50 });
    const silent = new WebSocket(quick.url, 'muster.v1', { autoPong: false });
    await quick.closedWith(4408);
    silent.terminate();
    await quick.stop();
  });
});
