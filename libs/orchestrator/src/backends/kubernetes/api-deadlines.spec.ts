import type { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { BackendUnavailable } from '../../contract/errors.js';
import type { ApiAccess } from './api-call.js';
import type { ApiLimits } from './api-transport.js';
import { ApiBench, get, post } from './testing/api-bench.js';
import { answers } from './testing/misbehaving-api.js';

const opened: ApiBench[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.stop()));
});

async function open(limits: Partial<ApiLimits> = {}, access: Partial<ApiAccess> = {}): Promise<ApiBench> {
  const bench = await ApiBench.start({ answerMs: 5000, ...limits }, access);
  opened.push(bench);
  return bench;
}

const stalls = answers.begins((response) => response.write('{"half":'));
const stallsRefusing = answers.begins((response) => response.write('{"message":'), 403);
const changedMind = new RangeError('changed my mind');
const failureOf = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'no failure',
    (error) => error,
  );
const textOf = async (stream: Readable): Promise<string> => Buffer.concat(await stream.toArray()).toString('utf8');

describe('the deadline of a call', () => {
  it.each([
    ['never begins', answers.never()],
    ['stalls in its midst', stalls],
    ['is a refusal that stalls', stallsRefusing],
  ])('ends it where the answer %s', async (_, answer) => {
    const { api, transport, clock, settled } = await open();
    api.next(answer);
    const failed = failureOf(transport.json(get));
    await api.until(1);
    await settled();
    await clock.advance(5000);
    expect(await failed).toBeInstanceOf(BackendUnavailable);
    expect(await failed).toMatchObject({
      message: 'the cluster does not answer when asked for its things: no answer within 5000 ms',
    });
  });

  it('may be its own', async () => {
    const { api, transport, clock } = await open();
    api.next(answers.never());
    const failed = failureOf(transport.json({ ...get, deadlineMs: 100 }));
    await api.until(1);
    await clock.advance(100);
    expect(String(await failed)).toContain('no answer within 100 ms');
  });

  it('bounds also the reading of credentials', async () => {
    const { transport, clock } = await open({}, { authorization: () => new Promise(() => {}) });
    const failed = failureOf(transport.json(get));
    await clock.advance(5000);
    expect(String(await failed)).toContain('no answer within 5000 ms');
  });

  it('is one for all tries together', async () => {
    const { api, transport, clock } = await open();
    api.next(answers.refusal(429, 'TooManyRequests', 'too many', '4'), answers.never());
    const failed = failureOf(transport.json(get));
    await api.until(2);
    await clock.advance(1000);
    expect(String(await failed)).toContain('no answer within 5000 ms');
  });

  it('leaves nothing behind when the answer came', async () => {
    const { transport, clock } = await open();
    await transport.json(get);
    await textOf(await transport.stream(get));
    expect(clock.waiting).toBe(0);
  });

  it.each([
    ['never begins', answers.never()],
    ['is a refusal that stalls', stallsRefusing],
  ])('ends a stream that %s', async (_, answer) => {
    const { api, transport, clock, settled } = await open();
    api.next(answer);
    const failed = failureOf(transport.stream(get));
    await api.until(1);
    await settled();
    await clock.advance(5000);
    expect(String(await failed)).toContain('no answer within 5000 ms');
  });

  it('is nothing to a stream that has begun', async () => {
    const { api, transport, clock } = await open();
    let finish = (): void => {};
    api.next(answers.begins((response) => (finish = () => void response.end('the end'))));
    const stream = await transport.stream(get);
    await clock.advance(3_600_000);
    finish();
    expect(await textOf(stream)).toBe('the end');
  });
});

describe('a stream', () => {
  it('fails when its connection is cut, with what it told before', async () => {
    const { api, transport } = await open();
    let cut = (): void => {};
    api.next(
      answers.begins((response) => {
        response.write('before');
        cut = () => void response.socket?.resetAndDestroy();
      }),
    );
    const stream = await transport.stream(get);
    const pieces: string[] = [];
    const read = async (): Promise<void> => {
      for await (const piece of stream as AsyncIterable<Buffer>) {
        pieces.push(String(piece));
        cut();
      }
    };
    const failed = await failureOf(read());
    expect(failed).toBeInstanceOf(BackendUnavailable);
    expect(failed).toMatchObject({ message: 'the connection to the cluster was lost while it told its things' });
    expect(pieces).toEqual(['before']);
  });

  it("ends with the caller's reason, and its connection with it", async () => {
    const { api, transport } = await open();
    const abort = new AbortController();
    const ended = Promise.withResolvers<void>();
    api.next(answers.begins((response) => response.once('close', () => ended.resolve())));
    const reading = failureOf(textOf(await transport.stream({ ...get, signal: abort.signal })));
    abort.abort(changedMind);
    expect(await reading).toBe(changedMind);
    await ended.promise;
  });

  it('that nobody reads yet may fail, too', async () => {
    const { api, transport, settled } = await open();
    const abort = new AbortController();
    api.next(stalls);
    const stream = await transport.stream({ ...get, signal: abort.signal });
    abort.abort(changedMind);
    await settled();
    expect(await failureOf(textOf(stream))).toBe(changedMind);
  });

  it('that was read to its end leaves its connection to the next call', async () => {
    const { api, transport } = await open();
    api.next(answers.text('all'));
    expect(await textOf(await transport.stream(get))).toBe('all');
    await transport.json(get);
    expect(api.received.map(({ connection }) => connection)).toEqual([1, 1]);
  });
});

describe('a caller who changes their mind', () => {
  it.each([
    ['is not asked yet', 0, []],
    ['has no answer', 1, [answers.never()]],
    ['has half an answer', 1, [stalls]],
  ])('gets their own reason where the call %s', async (_, asked, given) => {
    const { api, transport, settled } = await open(asked === 0 ? { callsAtOnce: 1, callsPerSecond: 0.001 } : {});
    if (asked === 0) await transport.json(get);
    api.next(...given);
    const abort = new AbortController();
    const failed = failureOf(transport.json({ ...post, signal: abort.signal }));
    await api.until(1);
    await settled();
    abort.abort(changedMind);
    expect(await failed).toBe(changedMind);
    expect(api.received).toHaveLength(1);
  });

  it('asks nothing where they had changed it before', async () => {
    const { api, transport } = await open();
    await expect(transport.json({ ...get, signal: AbortSignal.abort(changedMind) })).rejects.toBe(changedMind);
    expect(api.received).toEqual([]);
  });
});

describe('the end of a transport', () => {
  it('ends all that is under way', async () => {
    const { api, transport, settled } = await open({ callsAtOnce: 4, callsPerSecond: 0.001 });
    api.next(answers.never(), stalls, stalls, answers.never());
    const calls = [transport.json(get), transport.json(get), transport.stream(get), transport.stream(get)];
    await api.until(4);
    const waiting = transport.json(get);
    const failures = [...calls, waiting].map((each, index) =>
      failureOf(index === 2 ? (each as Promise<Readable>).then(textOf) : each),
    );
    await settled();
    transport.close();
    const messages = (await Promise.all(failures)).map((each) => (each as Error).message);
    expect(messages).toEqual(Array(5).fill('this back end was closed'));
    expect(transport.isClosed).toBe(true);
  });

  it('leaves nothing to ask it', async () => {
    const { api, transport } = await open();
    transport.close();
    await expect(transport.json(get)).rejects.toThrow('this back end was closed');
    await expect(transport.stream(get)).rejects.toThrow(BackendUnavailable);
    expect(api.received).toEqual([]);
  });
});
