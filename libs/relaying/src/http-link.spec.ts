import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RelayHarness } from '@muster/testing';

type Handler = (call: { request: IncomingMessage; body: Record<string, unknown> }, response: ServerResponse) => void;

let harness: RelayHarness;
let server: Server;
let handle: Handler;
const calls: { path: string; headers: IncomingMessage['headers']; body: Record<string, unknown> }[] = [];

beforeEach(async () => {
  calls.length = 0;
  handle = (_, response) => response.end('{}');
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  harness = await RelayHarness.start({ windowBytes: 20_000, maxFrameBytes: 20_000 });
});
afterEach(async () => {
  await harness.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  const body = (request.headers['content-type'] === 'application/json' ? JSON.parse(text || '{}') : { text }) as Record<
    string,
    unknown
  >;
  calls.push({ path: request.url ?? '', headers: request.headers, body });
  handle({ request, body }, response);
}

const address = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const json = (response: ServerResponse, value: unknown, status = 200): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));

describe('a worker without the SDK', () => {
  beforeEach(() => harness.session.route({ role: 'wave', speaks: 'http', address: address() }));

  it('is called once per request, with its accept token, and its answer comes back', async () => {
    handle = ({ body }, response) => json(response, { body: { twice: 2 * (body['body'] as number) } });
    const connection = await harness.connect();
    expect(await connection.call('wave', 'double', 21)).toEqual({ twice: 42 });
    expect(calls[0]).toMatchObject({
      path: '/v1/execute',
      headers: {
        authorization: 'Bearer accept-1',
        'x-muster-session': 'ses_1',
        'x-muster-epoch': '1',
        'x-muster-incarnation': '1',
      },
      body: { action: 'double', body: 21, from: { kind: 'client', clientId: connection.clientId } },
    });
  });

  it('may answer bytes', async () => {
    handle = (_, response) => json(response, { binary: { topic: 'field', base64: 'AQID' } });
    expect(await (await harness.connect()).call('wave', 'field')).toEqual({
      topic: 'field',
      bytes: new Uint8Array([1, 2, 3]),
    });
  });

  it('may answer a problem', async () => {
    handle = (_, response) => json(response, { code: 'unknown-action', detail: 'no such thing' }, 404);
    await expect((await harness.connect()).call('wave', 'x')).rejects.toMatchObject({
      code: 'unknown-action',
      detail: 'no such thing',
    });
  });

  it('that breaks the connection leaves delivery-unknown, and is not asked again', async () => {
    handle = ({ request }) => request.socket.destroy();
    await expect((await harness.connect()).call('wave', 'x')).rejects.toMatchObject({ code: 'delivery-unknown' });
    expect(calls.length).toBe(1);
  });

  it('that does not listen is worker-unavailable: nothing was sent', async () => {
    const connection = await harness.connect();
    await connection.call('wave', 'x');
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(connection.call('wave', 'x')).rejects.toMatchObject({ code: 'worker-unavailable' });
  });

  it('is told by a broken connection that a request was cancelled', async () => {
    const begun = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    handle = (_, response) => {
      response.once('close', gone.resolve);
      begun.resolve();
    };
    const controller = new AbortController();
    const call = (await harness.connect()).call('wave', 'x', null, { signal: controller.signal });
    await begun.promise;
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
    await gone.promise;
  });

  it('takes messages in its queue; a client hears when one was not taken', async () => {
    handle = (_, response) => json(response, { code: 'invalid-request', detail: 'not now' }, 400);
    const connection = await harness.connect();
    await connection.call('wave', 'x').catch(() => undefined);
    const warning = new Promise((resolve) => connection.on('event', resolve));
    connection.push('wave', 'note', { n: 1 });
    expect(await warning).toMatchObject({ event: 'warning', body: { text: expect.stringContaining('note') } });
    expect(calls[1]).toMatchObject({ path: '/v1/queue', body: { action: 'note', body: { n: 1 } } });
  });

  it('does not get more than one window of a client at a time; who sends on regardless is closed', async () => {
    handle = () => undefined;
    const { leg } = await harness.greet('abcdefghijklmnopqrstuv');
    await leg.next('ack', ({ opens }) => opens === true);
    const body = 'x'.repeat(15_000);
    for (const seq of [1, 2, 3])
      leg.send({ kind: 'req', role: 'wave', incarnation: 1, seq, id: `r${seq}`, action: 'x', body });
    await harness.closedWith(1002);
  });

  it('answers what a reconnected client missed, from the same relay', async () => {
    const first = await harness.greet('abcdefghijklmnopqrstuv');
    const { stream } = await first.leg.next('ack', ({ opens }) => opens === true);
    const release = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    handle = (_, response) => {
      begun.resolve();
      void release.promise.then(() => json(response, { body: 'late' }));
    };
    first.leg.send({ kind: 'req', role: 'wave', incarnation: 1, seq: 1, id: 'r1', action: 'x' });
    await begun.promise;
    first.socket.terminate();
    await harness.closedWith(1006);
    release.resolve();
    const second = await harness.dial();
    const streams = [{ role: 'wave', incarnation: 1, received: 0, stream }];
    second.leg.send({ kind: 'hello', clientId: 'abcdefghijklmnopqrstuv', streams });
    expect((await second.leg.next('welcome')).resumed).toEqual(streams);
    expect(await second.leg.next('ack')).toMatchObject({ received: 1, opens: true });
    expect(await second.leg.next('res')).toMatchObject({ id: 'r1', body: 'late', seq: 1 });
  });
});

describe('delivery to a worker without the SDK is at most once', () => {
  const request = { kind: 'req', role: 'wave', incarnation: 1, action: 'x' } as const;

  it('when a client resumes at a relay that cannot reach the worker yet: its stream begins anew', async () => {
    harness.session.route({ role: 'wave', speaks: 'http' });
    const { leg } = await harness.dial();
    const streams = [{ role: 'wave', incarnation: 1, received: 3 }];
    leg.send({ kind: 'hello', clientId: 'abcdefghijklmnopqrstuv', streams });
    expect(await leg.next('welcome')).toMatchObject({ resumed: [], fresh: [{ role: 'wave', incarnation: 1 }] });
  });

  it('when a client has begun another stream since, at another relay: it begins anew here as well', async () => {
    harness.session.route({ role: 'wave', speaks: 'http', address: address() });
    const first = await harness.greet('abcdefghijklmnopqrstuv');
    const { stream = 0 } = await first.leg.next('ack', ({ opens }) => opens === true);
    const { leg } = await harness.dial();
    const streams = [{ role: 'wave', incarnation: 1, received: 0, stream: stream + 1 }];
    leg.send({ kind: 'hello', clientId: 'abcdefghijklmnopqrstuv', streams });
    expect(await leg.next('welcome')).toMatchObject({ resumed: [], fresh: [{ role: 'wave', incarnation: 1 }] });
  });

  it('when a client asks again after a gap: what runs is answered once, what was lost is delivery-unknown', async () => {
    const wide = await RelayHarness.start();
    wide.session.route({ role: 'wave', speaks: 'http', address: address() });
    const last = Promise.withResolvers<void>();
    handle = ({ body }, response) => {
      const answer = { body: 'x'.repeat(1_000_000) };
      if (body['id'] === 'r11') void last.promise.then(() => json(response, { body: 'late' }));
      else json(response, answer);
    };
    const { leg } = await wide.greet('abcdefghijklmnopqrstuv', 1000);
    await leg.next('ack', ({ opens }) => opens === true);
    for (let seq = 1; seq <= 11; seq++) leg.send({ ...request, seq, id: `r${seq}` });
    const first = await leg.next('res');
    const acknowledge = (received: number): void =>
      leg.send({ kind: 'ack', role: 'wave', incarnation: 1, received, credit: 1_000_000 });
    const window = 1024 * 1024;
    await leg.next('ack', ({ credit, received }) => received === 11 && credit > window - 100);
    acknowledge(1);
    await leg.next('gap');
    expect(wide.gaps).toEqual(['out']);
    const lost = Array.from({ length: 10 }, (_, n) => `r${n + 1}`).filter((id) => id !== first.id);
    [...lost, 'r11'].forEach((id, n) => leg.send({ ...request, seq: 12 + n, id }));
    await leg.next('ack', ({ received }) => received === 21);
    last.resolve();
    acknowledge(10);
    expect(await leg.next('res', ({ id }) => id === 'r11')).toMatchObject({ body: 'late' });
    const refused = leg.received.flatMap((frame) => (frame.kind === 'err' ? [[frame.id, frame.problem.code]] : []));
    expect(refused).toEqual(lost.map((id) => [id, 'delivery-unknown']));
    expect(calls.length).toBe(11);
    await wide.stop();
  });
});

describe('a program that does not speak our protocol', () => {
  beforeEach(() => harness.session.route({ role: 'site', speaks: 'program', address: address() }));

  it('is reached by http.request, with the token for its node', async () => {
    handle = (_, response) => response.writeHead(201, { 'content-type': 'text/plain', 'x-by': 'program' }).end('made');
    const request = { method: 'POST', path: '/things?n=1', headers: { 'content-type': 'text/plain' }, body: 'hello' };
    expect(await (await harness.connect()).call('site', 'http.request', request)).toMatchObject({
      status: 201,
      headers: { 'x-by': 'program' },
      body: 'made',
      bodyEncoding: 'utf8',
    });
    expect(calls[0]).toMatchObject({
      path: '/things?n=1',
      headers: { authorization: 'Bearer accept-1' },
      body: { text: 'hello' },
    });
  });

  it('answers bytes as base64', async () => {
    handle = (_, response) => response.end(Buffer.from([0xff, 0xfe]));
    const answered = await (await harness.connect()).call('site', 'http.request', { method: 'GET', path: '/' });
    expect(answered).toMatchObject({ status: 200, body: '//4=', bodyEncoding: 'base64' });
  });

  it('that cannot be reached was not asked, one that goes in the middle may have done it, and no answer is too long', async () => {
    const connection = await harness.connect();
    handle = ({ request }) => request.socket.destroy();
    const ask = () => connection.call('site', 'http.request', { method: 'GET', path: '/' });
    await expect(ask()).rejects.toMatchObject({ code: 'delivery-unknown' });
    // No connection is kept: one that ends while it is used again leaves open whether the worker was asked.
    handle = (_, response) => response.setHeader('connection', 'close').end('x'.repeat(30_000));
    await expect(ask()).rejects.toMatchObject({ code: 'body-too-large' });
    server.close();
    server.closeAllConnections();
    await expect(ask()).rejects.toMatchObject({ code: 'worker-unavailable' });
  });

  it('has no other action, and no other address', async () => {
    const connection = await harness.connect();
    await expect(connection.call('site', 'double')).rejects.toMatchObject({ code: 'unknown-action' });
    for (const path of ['//other.example/', 'http://other.example/', '@other.example/'])
      await connection.call('site', 'http.request', { method: 'GET', path }).catch(() => undefined);
    expect(calls.map((call) => call.path)).toEqual(['//other.example/']);
  });
});
