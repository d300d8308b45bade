import type { UserId } from '@muster/contracts';
import { WebSocket } from 'ws';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientId, RelayBench, urlOf } from './testing/relay-bench.js';

let bench: RelayBench;

beforeEach(async () => {
  bench = await RelayBench.start();
});
afterEach(() => bench.stop());

describe('a ticket', () => {
  it('opens one socket, once: 4401', async () => {
    const relay = await bench.startRelay();
    const ticket = bench.plane.newTicket();
    await bench.greet(relay, clientId, ticket);
    expect(await bench.refusalOf(relay, ticket)).toBe(4401);
    expect(await bench.refusalOf(relay, 'no-ticket')).toBe(4401);
  });

  it("does not open another user's line: 4403", async () => {
    const relay = await bench.startRelay();
    await bench.greet(relay);
    expect(await bench.refusalOf(relay, bench.plane.newTicket({ user: 'usr_eve' as UserId }))).toBe(4403);
  });

  it('is not used up while nobody holds the session: 4503', async () => {
    const relay = await bench.startRelay();
    bench.plane.holder = undefined;
    const ticket = bench.plane.newTicket();
    expect(await bench.refusalOf(relay, ticket)).toBe(4503);
    bench.plane.holder = 'holder-1';
    await bench.greet(relay, clientId, ticket);
  });

  it('of a session that has ended is refused: 4404', async () => {
    const relay = await bench.startRelay();
    bench.plane.change({ state: 'closed' });
    expect(await bench.refusalOf(relay, bench.plane.newTicket())).toBe(4404);
  });
});

describe('the upgrade', () => {
  it('is refused to web pages of other origins', async () => {
    const relay = await bench.startRelay();
    await expect(bench.dial(relay, bench.plane.newTicket(), { origin: 'https://evil.example' })).rejects.toThrow('403');
    const { publicUrl } = relay.host.runtime.addresses;
    await bench.dial(relay, bench.plane.newTicket(), { origin: publicUrl.replace('127.0.0.1', 'localhost') });
  });

  it('is refused when too many wait to say hello', async () => {
    const relay = await bench.startRelay({ MUSTER_RELAY_MAX_WAITING_SOCKETS: '2' });
    const [first] = await Promise.all([bench.dial(relay), bench.dial(relay)]);
    await expect(bench.dial(relay)).rejects.toThrow('503');
    first!.leg.send({ kind: 'hello', clientId, streams: [] });
    await first!.leg.next('welcome');
    await bench.dial(relay);
  });

  it('needs our subprotocol, and a hello in time', async () => {
    const relay = await bench.startRelay({ MUSTER_RELAY_HELLO_TIMEOUT_MS: '100' });
    const bare = new WebSocket(urlOf(relay, bench.plane.newTicket()));
    expect(await new Promise((resolve) => bare.once('close', resolve))).toBe(1002);
    expect(await (await bench.dial(relay)).closed).toBe(4408);
  });
});

describe('bad frames', () => {
  it.each([
    ['garbage', 'garbage'],
    ['a frame of the relay', '{"kind":"client-here","client":"x","received":0,"credit":1}'],
    ['broken bytes', new Uint8Array([1, 2, 3])],
    ['a second hello', `{"kind":"hello","clientId":"${clientId}","streams":[]}`],
  ])('%s: 1002', async (_, frame) => {
    const { leg, closed } = await bench.greet(await bench.startRelay());
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
    const relay = await bench.startRelay();
    const socket = new WebSocket(urlOf(relay, bench.plane.newTicket()), 'muster.v1');
    socket.once('open', () => socket.send(frame));
    const text = await new Promise((resolve) => socket.once('close', (_code, said: Buffer) => resolve(String(said))));
    expect(text).toBe(`a frame was not valid: ${reason}`);
  });

  it('a huge frame: 1009, and others go on', async () => {
    const relay = await bench.startRelay({ MUSTER_RELAY_MAX_FRAME_BYTES: '10000' });
    bench.plane.route(await bench.startWorker({ actions: { echo: (body) => body } }));
    const other = await bench.connect(relay);
    const { leg, closed } = await bench.greet(relay);
    leg.sendRaw('x'.repeat(10_001));
    expect(await closed).toBe(1009);
    expect(await other.call('solver', 'echo', 1)).toBe(1);
  });

  it('text that is no UTF-8: 1007', async () => {
    const relay = await bench.startRelay();
    const { socket, closed } = await bench.greet(relay);
    socket.send(Buffer.from([0xff]), { binary: false });
    expect(await closed).toBe(1007);
  });

  it('requests to roles that the session does not have, or to a worker that was replaced, are answered', async () => {
    const relay = await bench.startRelay();
    bench.plane.route(await bench.startWorker({}, 'solver', 2), { incarnation: 2 });
    const { leg } = await bench.greet(relay);
    leg.send({ kind: 'req', role: 'foreign', incarnation: 1, seq: 1, id: 'r1', action: 'x' });
    expect(await leg.next('err')).toMatchObject({ id: 'r1', role: 'foreign', problem: { code: 'unknown-role' } });
    leg.send({ kind: 'req', role: 'solver', incarnation: 1, seq: 1, id: 'r2', action: 'x' });
    expect(await leg.next('err')).toMatchObject({ id: 'r2', incarnation: 1, problem: { code: 'worker-restarted' } });
  });

  it('a client cannot speak for another', async () => {
    const relay = await bench.startRelay();
    bench.plane.route(await bench.startWorker({ actions: { who: (_, context) => context.from.clientId } }));
    const { leg } = await bench.greet(relay);
    await leg.next('ack', ({ opens }) => opens === true);
    leg.sendRaw(
      `{"kind":"req","client":"somebody-else","role":"solver","incarnation":1,"seq":1,"id":"r1","action":"who"}`,
    );
    expect((await leg.next('res')).body).toBe(clientId);
  });
});
