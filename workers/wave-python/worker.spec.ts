import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('worker.py', import.meta.url));
const hasPython = spawnSync('python3', ['--version']).status === 0;
const ids = { 'x-muster-session': 'ses_a', 'x-muster-epoch': '3', 'x-muster-incarnation': '2' };

interface Registration {
  authorization: string | undefined;
  address: string;
}

/** Stands in for the session service: takes one registration. */
class ControlServer {
  readonly registered = Promise.withResolvers<Registration>();
  readonly server: Server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const { address } = JSON.parse(text) as { address: string };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ token: 't', expiresAt: '2030-01-01T00:00:00.000Z', acceptToken: 'accept-me' }));
      this.registered.resolve({ authorization: request.headers.authorization, address });
    });
  });
}

describe.skipIf(!hasPython)('the Python worker (skipped where python3 is missing)', () => {
  const control = new ControlServer();
  let worker: ChildProcess;
  let registration: Registration;

  beforeAll(async () => {
    control.server.listen(0, '127.0.0.1');
    await once(control.server, 'listening');
    const { port } = control.server.address() as AddressInfo;
    worker = spawn('python3', [script], {
      env: {
        MUSTER_SESSION_ID: 'ses_a',
        MUSTER_WORKER_ID: 'wrk_a',
        MUSTER_ROLE: 'wave',
        MUSTER_INCARNATION: '2',
        MUSTER_BIND: '127.0.0.1:0',
        MUSTER_CONTROL_URL: `http://127.0.0.1:${port}/internal/v1/workers`,
        MUSTER_TOKEN: 'join-me',
        PATH: process.env['PATH'] ?? '',
        PYTHONDONTWRITEBYTECODE: '1',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    registration = await control.registered.promise;
  });

  afterAll(() => {
    worker.kill('SIGKILL');
    control.server.close();
  });

  const post = async (
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: unknown }> => {
    const answer = await fetch(registration.address + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer accept-me', ...ids, ...headers },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.json() };
  };
  const simulate = (body: unknown): Promise<{ status: number; body: unknown }> =>
    post('/v1/execute', { id: '1', action: 'simulate', body, from: { kind: 'client' } });

  it('registers with its join token and the address it listens on', () => {
    expect(registration).toEqual({
      authorization: 'Bearer join-me',
      address: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    });
  });

  it('is alive but not ready before init', async () => {
    const health = async (name: string): Promise<number> =>
      (await fetch(`${registration.address}/health/${name}`)).status;
    expect([await health('live'), await health('ready')]).toEqual([200, 503]);
    await expect.poll(async () => (await simulate({})).status).toBe(503);
    expect(await post('/v1/init', { sessionId: 'ses_a', epoch: 3, controlUrl: 'http://127.0.0.1:1' })).toMatchObject({
      status: 200,
    });
    expect(await health('ready')).toBe(200);
    expect(await post('/v1/run', { view: 1, epoch: 3, peers: [] })).toMatchObject({ status: 200 });
  });

  it('computes: after two periods the string is back where it began', async () => {
    const { status, body } = await simulate({ points: 100, mode: 2, periods: 2 });
    expect([status, body]).toEqual([200, { body: expect.objectContaining({ frequencyHertz: 100 }) }]);
    expect((body as { body: { largestError: number } }).body.largestError).toBeLessThan(0.01);
  });

  it('is four times as exact with twice the points', async () => {
    const errorWith = async (points: number): Promise<number> => {
      const { body } = await simulate({ points, mode: 2, periods: 2.25 });
      return (body as { body: { largestError: number } }).body.largestError;
    };
    expect((await errorWith(50)) / (await errorWith(100))).toBeCloseTo(4, 0);
  });

  it('does queued requests later and answers at once', async () => {
    expect(await post('/v1/queue', { id: '2', action: 'simulate', body: {} })).toEqual({ status: 202, body: {} });
  });

  it.each([
    ['no token', { authorization: '' }, 401, 'not-authenticated'],
    ['a foreign token', { authorization: 'Bearer accept-them' }, 401, 'not-authenticated'],
    ['an older epoch', { 'x-muster-epoch': '2' }, 409, 'stale'],
    ['another incarnation', { 'x-muster-incarnation': '1' }, 409, 'stale'],
    ['another session', { 'x-muster-session': 'ses_b' }, 409, 'stale'],
  ])('refuses %s', async (_, headers, status, code) => {
    const answer = await post('/v1/execute', { id: '3', action: 'simulate', body: {} }, headers);
    expect(answer).toMatchObject({ status, body: { code } });
  });

  it('names what is wrong in a request', async () => {
    expect(await simulate({ points: 3 })).toMatchObject({
      status: 400,
      body: { code: 'invalid-request', errors: [{ member: 'points' }] },
    });
    expect(await simulate({ points: 5000, periods: 1000 })).toMatchObject({
      status: 400,
      body: { errors: [{ member: 'periods' }] },
    });
    expect(await post('/v1/execute', { id: '4', action: 'dance' })).toMatchObject({
      status: 404,
      body: { code: 'unknown-action' },
    });
    expect(await post('/v1/execute', [])).toMatchObject({ status: 400 });
    expect(await post('/v1/execute', { body: 'x'.repeat(2 ** 20) })).toMatchObject({ status: 413 });
  });

  it('ends with 0 when it is told to', async () => {
    const ended = once(worker, 'exit');
    expect(await post('/v1/shutdown', { reason: 'session closed', graceMs: 1000 })).toMatchObject({ status: 200 });
    expect((await ended)[0]).toBe(0);
  });
});
