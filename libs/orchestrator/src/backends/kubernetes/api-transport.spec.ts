import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BackendUnavailable } from '../../contract/errors.js';
import { ApiTransport, type TransportOptions } from './api-transport.js';
import { KubernetesRefusal } from './kubernetes-refusal.js';
import {
  answers,
  type Behaviour,
  breaksOff,
  breaksOffInTheMiddle,
  isSilent,
  MisbehavingServer,
  stalls,
} from './testing/misbehaving-server.js';

const get = { method: 'GET', path: '/api/v1/things', question: 'its things' } as const;
const create = { ...get, method: 'POST', body: { name: 'one' }, question: 'to create a thing' } as const;

let server: MisbehavingServer;
let transport: ApiTransport;
/** How long it would have waited. */
let pauses: number[];
/** Whether each call renewed its authorization first. */
let renewals: boolean[];

beforeEach(() => {
  pauses = [];
  renewals = [];
});
afterEach(async () => {
  transport.close();
  await server.stop();
});

async function facing(behaviours: Behaviour[], options: Partial<TransportOptions> = {}): Promise<void> {
  server = await MisbehavingServer.start(...behaviours);
  const access = {
    server: server.url,
    tls: async () => ({}),
    authorization: async (renew: boolean) => {
      renewals.push(renew);
      return `Bearer ${renew ? 'new' : 'old'}`;
    },
  };
  const pause = async (ms: number): Promise<void> => void pauses.push(ms);
  transport = new ApiTransport(access, { pause, ...options });
}

async function failure(asked: Promise<unknown>): Promise<BackendUnavailable> {
  const error: unknown = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BackendUnavailable);
  return error as BackendUnavailable;
}

describe('a call of the API server', () => {
  it('says who asks for what, and gives the answer', async () => {
    await facing([answers(201, { made: true })]);
    const query = { limit: 5, fieldSelector: 'a=b c', continue: undefined };
    expect(await transport.json({ ...create, query, contentType: 'application/merge-patch+json' })).toEqual({
      made: true,
    });
    expect(server.calls).toMatchObject([
      {
        method: 'POST',
        path: '/api/v1/things?limit=5&fieldSelector=a%3Db+c',
        body: '{"name":"one"}',
        headers: { authorization: 'Bearer old', 'content-type': 'application/merge-patch+json' },
      },
    ]);
  });

  it('that is refused tells status, reason and words of the refusal', async () => {
    await facing([answers(409, { reason: 'AlreadyExists', message: 'things "one" already exists' })]);
    const error = await failure(transport.json(create));
    expect(error).toBeInstanceOf(KubernetesRefusal);
    expect(error).toMatchObject({ status: 409, reason: 'AlreadyExists', said: 'things "one" already exists' });
  });

  it('that the server fails at is no refusal', async () => {
    await facing([answers(500, { message: 'etcd is away' })]);
    const error = await failure(transport.json(get));
    expect(error).not.toBeInstanceOf(KubernetesRefusal);
    expect(error.message).toBe('the cluster failed when asked for its things (500): etcd is away');
  });

  it('is sent again with renewed credentials when the old ones are refused, once', async () => {
    await facing([answers(401), answers(200, { items: [] })]);
    expect(await transport.json(get)).toEqual({ items: [] });
    expect(server.calls.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new']);
    expect(renewals).toEqual([false, true]);
  });

  it('ends with the refusal when renewed credentials are refused too', async () => {
    await facing([answers(401, { reason: 'Unauthorized' })]);
    expect(await failure(transport.json(get))).toMatchObject({ status: 401 });
    expect(server.calls).toHaveLength(2);
  });
});

describe('a server that is too busy', () => {
  it.each([429, 503])('is asked again when it said, up to a bound (%i)', async (status) => {
    const busy = (seconds: string): Behaviour => answers(status, {}, { 'retry-after': seconds });
    await facing([busy('2'), busy('600'), answers(status), answers(200, { items: [] })], {
      busyWaitMs: 5000,
      answerMs: 60_000,
    });
    expect(await transport.json(get)).toEqual({ items: [] });
    expect(pauses).toEqual([2000, 5000, 1600]);
  });

  it('is believed so often and no more', async () => {
    await facing([answers(429, { message: 'too many' }, { 'retry-after': '1' })], { busyTries: 3 });
    expect(await failure(transport.json(create))).toMatchObject({ status: 429 });
    expect([server.calls.length, pauses]).toEqual([3, [1000, 1000]]);
  });

  it('is not waited for beyond the deadline: the refusal is told at once', async () => {
    await facing([answers(429, { message: 'too many' }, { 'retry-after': '9' })], { busyWaitMs: 10_000 });
    expect(await failure(transport.json({ ...get, deadlineMs: 5000 }))).toMatchObject({
      status: 429,
      said: 'too many',
    });
    expect([server.calls.length, pauses]).toEqual([1, []]);
  });
});

describe('an answer that does not come', () => {
  it.each([
    ['at all', isSilent],
    ['to its end', stalls],
  ])('%s ends at its deadline', async (_, behaviour) => {
    await facing([behaviour]);
    const error = await failure(transport.json({ ...get, deadlineMs: 50 }));
    expect(error.message).toBe('the cluster does not answer when asked for its things: no answer within 50 ms');
  });

  it.each([
    ['without a word', breaksOff],
    ['in the middle', breaksOffInTheMiddle],
  ])('since its connection breaks %s is told', async (_, behaviour) => {
    await facing([behaviour]);
    const error = await failure(transport.json(create));
    expect(error.message).toMatch(/^the cluster does not answer when asked for to create a thing: /);
    expect(server.calls).toHaveLength(1);
  });

  it('ends with the reason of the caller who does not want it any more', async () => {
    await facing([isSilent]);
    const caller = new AbortController();
    const asked = transport.json({ ...get, signal: caller.signal });
    await server.called(1);
    const reason = new RangeError('not wanted');
    caller.abort(reason);
    await expect(asked).rejects.toBe(reason);
  });

  it('ends when the transport is closed, which takes no further call', async () => {
    await facing([isSilent]);
    const asked = failure(transport.json(get));
    await server.called(1);
    transport.close();
    await asked;
    expect((await failure(transport.json(get))).message).toBe('this back end was closed');
  });

  it('ends when it is longer than is taken', async () => {
    await facing([answers(200, { items: 'x'.repeat(2000) })], { longestAnswerBytes: 1000 });
    expect((await failure(transport.json(get))).message).toBe("the cluster's answer is longer than 1000 bytes");
  });
});

describe('a kept connection', () => {
  it('that the server ended before a question came is no loss: it is asked anew', async () => {
    await facing([answers(200, { items: [1] }), breaksOff, answers(200, { items: [2] })]);
    expect(await transport.json(get)).toEqual({ items: [1] });
    expect(await transport.json(get)).toEqual({ items: [2] });
    expect(server.calls).toHaveLength(3);
  });

  it('that ends while a change is asked for leaves the outcome unknown: nothing is asked twice', async () => {
    await facing([answers(200, {}), breaksOff, answers(201)]);
    await transport.json(get);
    await failure(transport.json(create));
    expect(server.calls).toHaveLength(2);
  });
});

describe('a stream', () => {
  it('goes on after the deadline of its beginning, and ends with an error when it is cut', async () => {
    let cut = (): void => {};
    await facing([
      (answer, socket) => {
        answer.writeHead(200).write('one\n');
        cut = () => void answer.write('two\n', () => socket.resetAndDestroy());
      },
    ]);
    const pieces: string[] = [];
    const deadline = AbortSignal.timeout(30);
    const stream = await transport.stream({ ...get, deadlineMs: 20 });
    if (!deadline.aborted) await new Promise((resolve) => deadline.addEventListener('abort', resolve, { once: true }));
    cut();
    await expect(async () => {
      for await (const piece of stream) pieces.push(String(piece));
    }).rejects.toThrow();
    expect(pieces.join('')).toBe('one\ntwo\n');
  });

  it('that is refused says so with the words of the refusal', async () => {
    await facing([answers(410, { reason: 'Expired', message: 'too old' })]);
    expect(await failure(transport.stream(get))).toMatchObject({ status: 410, said: 'too old' });
  });

  it('that does not begin ends at its deadline', async () => {
    await facing([isSilent]);
    expect((await failure(transport.stream({ ...get, deadlineMs: 50 }))).message).toContain('no answer within 50 ms');
  });

  it.each(['its caller', 'the transport'])('ends with %s', async (whose) => {
    await facing([stalls]);
    const caller = new AbortController();
    const stream = await transport.stream({ ...get, signal: caller.signal });
    if (whose === 'its caller') caller.abort();
    else transport.close();
    await expect(stream.toArray()).rejects.toThrow();
  });
});
