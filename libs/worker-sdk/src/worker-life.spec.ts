import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeControlServer } from '@muster/testing';
import { exitCodes, MusterError } from './index.js';
import { never, OpenWorkers } from './testing/open-workers.js';

const workers = new OpenWorkers();
afterEach(() => workers.stop());

describe('a worker whose session gets another holder', () => {
  it('does not follow a command of the old one that was still on its way', async () => {
    const [before, after] = [await FakeControlServer.start(), await FakeControlServer.start()];
    const harness = await workers.running({ actions: { tell: (_, { busy }) => busy(60_000) } }, { control: before });
    const body = JSON.stringify({ view: 1, epoch: 1, controlUrl: before.url, peers: [] });
    const headers = { ...harness.headers, 'content-type': 'application/json', 'content-length': body.length };
    const late = request(`${harness.address}/v1/run`, {
      method: 'POST',
      headers: { ...headers, expect: '100-continue' },
    });
    const answered = once(late, 'response') as Promise<[IncomingMessage]>;
    late.flushHeaders();
    await once(late, 'continue');
    harness.epoch = 2;
    await harness.post('/v1/run', { view: 2, epoch: 2, controlUrl: after.url, peers: [] });
    late.end(body);
    expect((await answered)[0].statusCode).toBe(409);
    await harness.execute('tell');
    expect((await after.called('busy')).body).toEqual({ forMs: expect.any(Number) });
    await after.stop();
  });
});

describe('a worker that begins', () => {
  it('registers with its join token and its address, and says that it speaks muster.v1', async () => {
    const harness = await workers.start({});
    expect(await harness.control.called('register')).toEqual({
      path: 'register',
      bearer: 'join-1',
      body: { address: harness.address, speaks: 'muster.v1' },
    });
  });

  it('tries again when its session service is not there yet', async () => {
    const control = await FakeControlServer.start();
    control.failures.push({ status: 503, code: 'upstream-unavailable' });
    const harness = await workers.start({}, { control });
    await control.called('register', 2);
    expect((await harness.init()).status).toBe(200);
  });

  it('ends when registering is refused', async () => {
    const control = await FakeControlServer.start();
    control.failures.push({ status: 409, code: 'stale' });
    const harness = await workers.start({}, { control });
    expect(await harness.worker.ended).toBe(exitCodes.neverRegistered);
  });

  it('ends when it is never initialised', async () => {
    const harness = await workers.start({}, { variables: { MUSTER_INIT_TIMEOUT_MS: '30' } });
    expect(await harness.worker.ended).toBe(exitCodes.neverInitialised);
  });

  it('ends when its module cannot be loaded', async () => {
    const harness = await workers.start(Promise.reject(new SyntaxError('broken module')));
    expect(await harness.worker.ended).toBe(exitCodes.module);
  });

  it('ends when its port is taken', async () => {
    const first = await workers.start({});
    const second = await workers.start({}, { variables: { MUSTER_BIND: new URL(first.address).host } });
    expect(await second.worker.ended).toBe(exitCodes.bind);
  });

  it('is ready when onInit is done, with the parameters of the session, and init may be repeated', async () => {
    const seen: unknown[] = [];
    const harness = await workers.start({ onInit: (context) => void seen.push(context.session.parameters) });
    expect((await fetch(`${harness.address}/health/ready`)).status).toBe(503);
    await harness.init({ volts: 5 });
    await harness.init({ volts: 5 });
    expect((await fetch(`${harness.address}/health/ready`)).status).toBe(200);
    expect(seen).toEqual([{ volts: 5 }]);
  });

  it('says why init failed, and may be initialised again', async () => {
    let fails = true;
    const harness = await workers.start({
      onInit: () => {
        if (fails) throw new MusterError('invalid-parameters', 'volts is missing');
      },
    });
    expect(await harness.init()).toMatchObject({
      status: 422,
      body: { code: 'invalid-parameters', detail: 'volts is missing' },
    });
    fails = false;
    expect((await harness.init()).status).toBe(200);
  });

  it('renews its token before it ends', async () => {
    const control = await FakeControlServer.start();
    control.tokenLifeMs = 100;
    await workers.start({}, { control });
    expect((await control.called('refresh')).bearer).toBe('token-1');
  });

  it('ends when the control plane says that it must not act any more', async () => {
    const control = await FakeControlServer.start();
    control.tokenLifeMs = 100;
    const harness = await workers.running({}, { control });
    control.failures.push({ status: 409, code: 'stale' });
    expect(await harness.worker.ended).toBe(exitCodes.fenced);
  });
});

describe('the end of a worker', () => {
  it('is expected after shutdown: handlers are told, actions cancelled, the exit code is 0', async () => {
    const told: unknown[] = [];
    const begun = Promise.withResolvers<void>();
    const harness = await workers.running({
      actions: {
        wait: (_, { signal }) => {
          begun.resolve();
          return never(signal);
        },
      },
      onShutdown: (request) => void told.push(request),
    });
    const waiting = harness.execute('wait');
    await begun.promise;
    await harness.post('/v1/shutdown', { reason: 'closed by its owner', graceMs: 1000 });
    expect(await waiting).toMatchObject({ status: 499, body: { code: 'cancelled' } });
    expect(await harness.worker.ended).toBe(exitCodes.shutdown);
    expect(told).toEqual([{ reason: 'closed by its owner', graceMs: 1000 }]);
  });

  it('does not wait longer than the grace for onShutdown', async () => {
    const harness = await workers.running({ onShutdown: () => new Promise(() => {}) });
    await harness.post('/v1/shutdown', { reason: 'closed', graceMs: 10 });
    expect(await harness.worker.ended).toBe(0);
  });

  it('comes when onRun fails', async () => {
    const harness = await workers.running({ onRun: () => Promise.reject(new RangeError('no licence')) });
    await harness.run(1);
    expect(await harness.worker.ended).toBe(exitCodes.module);
  });
});
