import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MusterError } from '@muster/contracts';
import { HttpOutgoingCalls, type OutgoingCall } from './outgoing-calls.js';

const calls = new HttpOutgoingCalls();
const seen: { headers: IncomingMessage['headers']; body: string }[] = [];

const routes: Record<string, (response: ServerResponse) => void> = {
  '/json': (response) => response.end('{"a":1}'),
  '/nothing': (response) => response.writeHead(204).end(),
  '/problem': (response) =>
    response
      .writeHead(409, { 'content-type': 'application/problem+json', 'retry-after': '3' })
      .end(JSON.stringify(new MusterError('stale', 'epoch 4 is known', { extensions: { seen: 4 } }).toProblem('t'))),
  '/foreign': (response) => response.writeHead(503).end('<h1>no</h1>'),
  '/large': (response) => response.end('x'.repeat(100_000)),
  '/never': () => undefined,
};

let server: Server;
let url: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      routes[request.url ?? '']?.(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const get = (path: string, change: Partial<OutgoingCall> = {}): Promise<unknown> =>
  calls.json({ method: 'GET', url: url + path, deadlineMs: 10_000, ...change });

describe('an outgoing call', () => {
  it('sends JSON, the token and the trace, and answers the JSON of the other side', async () => {
    expect(await get('/json', { method: 'POST', body: { b: 2 }, bearer: 'secret' })).toEqual({ a: 1 });
    expect(seen.at(-1)).toMatchObject({
      body: '{"b":2}',
      headers: {
        authorization: 'Bearer secret',
        'content-type': 'application/json',
        traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/) as string,
      },
    });
  });

  it('answers undefined for an empty answer', async () => {
    expect(await get('/nothing')).toBeUndefined();
  });

  it('rejects with the problem of the other side, its facts and when to come back', async () => {
    await expect(get('/problem')).rejects.toMatchObject({
      code: 'stale',
      detail: 'epoch 4 is known',
      extensions: { seen: 4 },
      retryAfterMs: 3000,
    });
  });

  it('names what is no answer of ours by its status', async () => {
    await expect(get('/foreign')).rejects.toMatchObject({ code: 'upstream-unavailable' });
  });

  it('reads no more of an answer than allowed', async () => {
    await expect(get('/large', { maxAnswerBytes: 1000 })).rejects.toMatchObject({ code: 'upstream-unavailable' });
  });

  it('ends at its deadline', async () => {
    await expect(get('/never', { deadlineMs: 50 })).rejects.toMatchObject({ code: 'deadline-exceeded' });
  });

  it('ends when its caller gives up', async () => {
    const gone = new AbortController();
    const call = get('/never', { signal: gone.signal });
    gone.abort();
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('says that nothing was sent when there is no way to the other side, as to a container that is gone', async () => {
    await expect(get('', { url: 'http://255.255.255.255:81/' })).rejects.toMatchObject({
      code: 'upstream-unavailable',
      extensions: { sent: false },
    });
  });

  it('says that nothing was sent when nobody listens', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await new Promise((closed) => other.close(closed));
    const call = calls.json({ method: 'GET', url: `http://127.0.0.1:${port}/`, deadlineMs: 5000 });
    await expect(call).rejects.toMatchObject({ code: 'upstream-unavailable', extensions: { sent: false } });
  });
});

describe('an outgoing stream', () => {
  it('is the raw answer, and rejects with the problem of the other side', async () => {
    const answer = await calls.stream({ method: 'GET', url: `${url}/json`, connectDeadlineMs: 5000 });
    expect(await answer.text()).toBe('{"a":1}');
    await expect(calls.stream({ method: 'GET', url: `${url}/problem`, connectDeadlineMs: 5000 })).rejects.toMatchObject(
      { code: 'stale' },
    );
  });

  it('must begin within its deadline', async () => {
    await expect(calls.stream({ method: 'GET', url: `${url}/never`, connectDeadlineMs: 50 })).rejects.toMatchObject({
      code: 'deadline-exceeded',
    });
  });
});
