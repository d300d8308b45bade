import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FakeControlServer } from '@muster/testing';
import { MusterError } from './index.js';
import { never, OpenWorkers } from './testing/open-workers.js';

const workers = new OpenWorkers();
afterEach(() => workers.stop());

describe('a worker that is busy', () => {
  it('says so until it is heard, and again to the next holder', async () => {
    const [before, after] = [await FakeControlServer.start(), await FakeControlServer.start()];
    const harness = await workers.running(
      { actions: { work: (_, { busy }) => busy(60_000, 'solving') } },
      { control: before },
    );
    before.failures.push({ status: 503, code: 'not-ready' });
    await harness.execute('work');
    const { body } = await before.called('busy', 2);
    expect(body).toEqual({ reason: 'solving', forMs: expect.any(Number) });
    await harness.post('/v1/run', { view: 1, epoch: 1, controlUrl: after.url, peers: [] });
    expect((await after.called('busy')).body).toMatchObject({ reason: 'solving' });
    expect((await after.called('busy')).body['forMs']).toBeLessThanOrEqual(body['forMs'] as number);
    await after.stop();
  });
});

describe('the signal of an action', () => {
  it('is aborted with the worker while the action runs, and keeps nothing of actions that are done', async () => {
    const ends = Promise.withResolvers<void>();
    let kept: WeakRef<object> | undefined;
    const harness = await workers.running({
      actions: {
        done: (_, { signal }) => {
          const large = { size: 1 };
          kept = new WeakRef(large);
          signal.addEventListener('abort', () => large.size++);
        },
        wait: (_, { signal }) => {
          signal.addEventListener('abort', () => ends.resolve());
          return ends.promise;
        },
      },
    });
    await harness.execute('done');
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    await expect.poll(() => (collect(), kept?.deref())).toBeUndefined();
    void harness.execute('wait').catch(() => undefined);
    await harness.execute('done');
    harness.worker.stop('test ends');
    await ends.promise;
  });
});

describe('who may call a worker', () => {
  it.each([
    ['another token', { authorization: 'Bearer guess' }, 401, 'not-authenticated'],
    ['another session', { 'x-muster-session': 'ses_2' }, 409, 'stale'],
    ['another incarnation', { 'x-muster-incarnation': '2' }, 409, 'stale'],
    ['an epoch that is no number', { 'x-muster-epoch': 'x' }, 400, 'invalid-request'],
  ])('nobody with %s', async (_, headers, status, code) => {
    const harness = await workers.running({ actions: { ping: () => 'pong' } });
    const answer = await harness.post(
      '/v1/execute',
      { id: '1', action: 'ping', from: { kind: 'client' } },
      { headers },
    );
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
  });

  it('nobody with an older epoch than it has seen, and it says what it has seen', async () => {
    const harness = await workers.running({});
    harness.epoch = 5;
    await harness.run(1);
    harness.epoch = 4;
    expect(await harness.run(2)).toMatchObject({
      status: 409,
      body: { code: 'stale', seen: { epoch: 5, incarnation: 1 } },
    });
  });

  it.each([
    ['text', 'text/plain', '{}', 415],
    ['what is no JSON', 'application/json', '{', 400],
    ['a list', 'application/json', '[]', 400],
    ['a body above the limit', 'application/json', JSON.stringify({ x: 'y'.repeat(2000) }), 413],
  ])('refuses %s', async (_, type, body, status) => {
    const harness = await workers.running({}, { variables: { MUSTER_MAX_BODY_BYTES: '1000' } });
    expect((await harness.post('/v1/execute', body, { headers: { 'content-type': type } })).status).toBe(status);
  });
});

describe('an action', () => {
  it('answers JSON, bytes as base64, its own problem, or action-failed', async () => {
    const harness = await workers.running({
      actions: {
        add: ({ a, b }: { a: number; b: number }) => a + b,
        field: () => ({ bytes: new Uint8Array([1, 2]), topic: 'field' }),
        refuse: () => Promise.reject(new MusterError('conflict', 'not now')),
        crash: () => Promise.reject(new TypeError('oops')),
      },
    });
    expect(await harness.execute('add', { a: 2, b: 3 })).toEqual({ status: 200, body: { body: 5 } });
    expect((await harness.execute('field')).body).toEqual({ binary: { topic: 'field', base64: 'AQI=' } });
    expect(await harness.execute('refuse')).toMatchObject({
      status: 409,
      body: { code: 'conflict', detail: 'not now' },
    });
    expect(await harness.execute('crash')).toMatchObject({
      status: 500,
      body: { code: 'action-failed', detail: 'oops' },
    });
    expect(await harness.execute('toString')).toMatchObject({ status: 404, body: { code: 'unknown-action' } });
  });

  it('may throw the MusterError of another copy of the SDK, as onInit may', async () => {
    vi.resetModules();
    const other = await import('@muster/contracts/wire');
    const fail = (): never => {
      throw new other.MusterError('conflict', 'not now', { extensions: { until: 5 } });
    };
    expect(other.MusterError).not.toBe(MusterError);
    const expected = { status: 409, body: { code: 'conflict', detail: 'not now', until: 5 } };
    expect(await (await workers.running({ actions: { fail } })).execute('fail')).toMatchObject(expected);
    expect(await (await workers.start({ onInit: fail })).init()).toMatchObject(expected);
  });

  it('is done once for one id of one sender', async () => {
    let count = 0;
    const harness = await workers.running({ actions: { count: () => ++count } });
    const answers = await Promise.all([harness.execute('count', 0, 'a'), harness.execute('count', 0, 'a')]);
    answers.push(await harness.execute('count', 0, 'a'), await harness.execute('count', 0, 'b'));
    expect(answers.map((answer) => answer.body['body'])).toEqual([1, 1, 1, 2]);
  });

  it('is cancelled when its caller goes away', async () => {
    const begun = Promise.withResolvers<void>();
    const cancelled = Promise.withResolvers<void>();
    const harness = await workers.running({
      actions: {
        wait: (_, { signal }) => {
          begun.resolve();
          signal.addEventListener('abort', () => cancelled.resolve());
          return never(signal);
        },
      },
    });
    const caller = new AbortController();
    const call = harness.post(
      '/v1/execute',
      { id: '1', action: 'wait', from: { kind: 'client' } },
      { signal: caller.signal },
    );
    await begun.promise;
    caller.abort();
    await expect(call).rejects.toThrow();
    await cancelled.promise;
  });

  it('in the queue is answered at once and done in order', async () => {
    const done: number[] = [];
    const gate = Promise.withResolvers<void>();
    const last = Promise.withResolvers<void>();
    const harness = await workers.running({
      actions: {
        note: async (n: number) => {
          if (n === 1) await gate.promise;
          done.push(n);
          if (n === 3) last.resolve();
        },
      },
    });
    for (const n of [1, 2, 3]) {
      const request = { id: `q${n}`, action: 'note', body: n, from: { kind: 'worker', role: 'model', incarnation: 1 } };
      expect((await harness.post('/v1/queue', request)).status).toBe(202);
    }
    gate.resolve();
    await last.promise;
    expect(done).toEqual([1, 2, 3]);
  });

  it('keeps the trace of its caller in its log lines', async () => {
    const harness = await workers.running({ actions: { note: (_, { log }) => log.info('noted') } });
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await harness.post(
      '/v1/execute',
      { id: '1', action: 'note', from: { kind: 'client' } },
      { headers: { traceparent } },
    );
    expect(harness.logLines).toContainEqual(
      expect.objectContaining({ msg: 'noted', traceId: 'a'.repeat(32), role: 'solver' }),
    );
  });

  it('reports progress and busy times to the session service', async () => {
    const harness = await workers.running({
      actions: {
        work: (_, context) => {
          context.progress({ text: 'half', done: 0.5 });
          context.busy(60_000, 'solving');
        },
      },
    });
    await harness.execute('work');
    expect((await harness.control.called('progress')).body).toEqual({ text: 'half', done: 0.5 });
    expect((await harness.control.called('busy')).body).toEqual({
      forMs: expect.closeTo(60_000, -4),
      reason: 'solving',
    });
  });
});
