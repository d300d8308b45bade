import { afterEach, describe, expect, it } from 'vitest';
import { BackendUnavailable } from '../../contract/errors.js';
import type { ApiAccess } from './api-call.js';
import type { ApiLimits } from './api-transport.js';
import { KubernetesRefusal } from './kubernetes-refusal.js';
import { ApiBench, get, post } from './testing/api-bench.js';
import { answers } from './testing/misbehaving-api.js';

const opened: ApiBench[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.stop()));
});

async function open(limits: Partial<ApiLimits> = {}, access: Partial<ApiAccess> = {}): Promise<ApiBench> {
  const bench = await ApiBench.start(limits, access);
  opened.push(bench);
  return bench;
}

const busy = (retryAfter?: string, status = 429): ReturnType<typeof answers.refusal> =>
  answers.refusal(status, 'TooManyRequests', 'too many requests', retryAfter);

describe('a call of the API server', () => {
  it('is one request with a body of JSON, and its answer a value', async () => {
    const { api, transport } = await open();
    api.next(answers.value({ made: true }, 201));
    expect(await transport.json({ ...post, query: { dryRun: 'All', limit: 3, left: undefined } })).toEqual({
      made: true,
    });
    expect(api.received).toMatchObject([
      { method: 'POST', path: '/things', query: { dryRun: 'All', limit: '3' }, body: '{"value":1}' },
    ]);
    expect(api.received[0]?.headers).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/json',
      'content-length': '11',
    });
  });

  it('goes below the path of an API server that stands behind one', async () => {
    const bench = await open();
    const behind = await open({}, { server: `${bench.api.url}/clusters/one/` });
    await behind.transport.json(get);
    expect(bench.api.received[0]?.path).toBe('/clusters/one/things');
  });

  it.each([
    [404, 'NotFound', 'things "a" not found'],
    [409, 'AlreadyExists', 'things "a" already exists'],
    [410, 'Expired', 'the resourceVersion is too old'],
  ])('that is refused with %i says why in the words of the cluster', async (status, reason, message) => {
    const { api, transport } = await open();
    api.next(answers.refusal(status, reason, message));
    const failed = await transport.json(get).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(KubernetesRefusal);
    expect(failed).toMatchObject({ status, reason, said: message });
    expect(api.received).toHaveLength(1);
  });

  it.each([500, 502, 504])('that the server fails with %i is no knowledge, and is not repeated', async (status) => {
    const { api, transport } = await open();
    api.next(answers.text('<html>bad gateway</html>', status));
    const failed = await transport.json(get).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(BackendUnavailable);
    expect(failed).not.toBeInstanceOf(KubernetesRefusal);
    expect(String(failed)).toContain(`failed when asked for its things (${status}): <html>bad gateway</html>`);
    expect(api.received).toHaveLength(1);
  });

  it('quotes no more of an answer that is no Status than a person can read', async () => {
    const { api, transport } = await open();
    api.next(answers.text('x'.repeat(100_000), 403));
    const failed = await transport.json(get).catch((error: unknown) => error);
    expect(failed).toMatchObject({ status: 403, reason: '', said: 'x'.repeat(500) });
  });

  it('whose answer is not JSON fails without quoting it', async () => {
    const { api, transport } = await open();
    api.next(answers.text('open-sesame'));
    const failed = await transport.json(get).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(BackendUnavailable);
    expect(String(failed)).toContain('asked for its things: its answer is not JSON');
    expect(`${String(failed)} ${String((failed as Error).cause)}`).not.toContain('open-sesame');
  });

  it.each([200, 403])('is given up where its answer (%i) is longer than it may be', async (status) => {
    const { api, transport } = await open({ longestAnswerBytes: 1000 });
    api.next(answers.text('x'.repeat(1001), status), answers.text(JSON.stringify('x'.repeat(998))));
    await expect(transport.json(get)).rejects.toThrow("the cluster's answer is longer than 1000 bytes");
    expect(await transport.json(get)).toHaveLength(998);
  });

  it('waits where too many were made at once', async () => {
    const { api, transport, clock } = await open({ callsAtOnce: 2, callsPerSecond: 10 });
    const asked = Promise.all([transport.json(get), transport.json(get), transport.json(get)]);
    await api.until(2);
    await clock.advance(99);
    expect(api.received).toHaveLength(2);
    await clock.advance(1);
    await asked;
    expect(api.received).toHaveLength(3);
  });
});

describe('a server that is too busy', () => {
  it.each([429, 503])('is asked again when it wants to be (%i)', async (status) => {
    const { api, transport, clock } = await open();
    api.next(busy('7', status), busy('2', status), answers.value('done'));
    expect(await transport.json(post)).toBe('done');
    expect(clock.sleptMs).toEqual([7000, 2000]);
    expect(api.received.map(({ body }) => body)).toEqual(Array(3).fill('{"value":1}'));
  });

  it.each([undefined, '0', '-5', 'soon', 'Fri, 31 Jan 2031 12:00:00 GMT', '1e999'])(
    'that does not say how soon in seconds (%s) is asked again less and less often',
    async (retryAfter) => {
      const { api, transport, clock } = await open({ firstBusyWaitMs: 100 });
      api.next(busy(retryAfter), busy(retryAfter), busy(retryAfter), answers.value('done'));
      expect(await transport.json(get)).toBe('done');
      expect(clock.sleptMs).toEqual([100, 200, 400]);
    },
  );

  it('is not asked for ever: after so many times its refusal is the answer', async () => {
    const { api, transport } = await open({ busyTries: 3 });
    api.next(...Array.from({ length: 3 }, () => busy('1')));
    const failed = await transport.json(get).catch((error: unknown) => error);
    expect(failed).toMatchObject({ status: 429, reason: 'TooManyRequests', said: 'too many requests' });
    api.next(...Array.from({ length: 3 }, () => busy('1', 503)));
    await expect(transport.json(get)).rejects.toThrow('failed when asked for its things (503): too many requests');
    expect(api.received).toHaveLength(6);
  });

  it.each([
    [429, 'the cluster refused its things (429 TooManyRequests): too many requests'],
    [503, 'the cluster failed when asked for its things (503): too many requests'],
  ])('that wants to be asked again after the deadline of the call ends it at once (%i)', async (status, text) => {
    const { api, transport, clock } = await open();
    api.next(busy('60', status));
    const failed = await transport.json({ ...get, deadlineMs: 60_000 }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(BackendUnavailable);
    expect((failed as Error).message).toBe(`${text}; it is too busy and wants to be asked again in 60 s`);
    expect([clock.sleptMs, api.received.length]).toEqual([[], 1]);
  });

  it('ends a call that has waited for it already, before a wait that would pass the deadline', async () => {
    const { api, transport, clock } = await open({ answerMs: 1000, firstBusyWaitMs: 400 });
    api.next(busy(), busy());
    await expect(transport.json(get)).rejects.toThrow(/: too many requests; it is too busy$/);
    expect(clock.sleptMs).toEqual([400]);
  });

  it('is one for a stream, too', async () => {
    const { api, transport, clock } = await open();
    api.next(busy('3'), answers.text('line'));
    expect(Buffer.concat(await (await transport.stream(get)).toArray()).toString('utf8')).toBe('line');
    expect(clock.sleptMs).toEqual([3000]);
  });
});

describe('who asks', () => {
  /** Tokens that are replaced: which is read shows how often it was renewed. */
  class Tokens {
    readonly renewals: boolean[] = [];
    private current = 1;
    authorization = async (renew: boolean): Promise<string> => {
      this.renewals.push(renew);
      if (renew) this.current += 1;
      return `Bearer token-${this.current}`;
    };
  }
  const unauthorized = answers.refusal(401, 'Unauthorized', 'token expired');

  it('is read again once when it was refused', async () => {
    const tokens = new Tokens();
    const { api, transport } = await open({}, tokens);
    api.next(unauthorized, answers.value('done'));
    expect(await transport.json(post)).toBe('done');
    expect(api.received.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
    expect(await transport.json(get)).toEqual({});
    expect(tokens.renewals).toEqual([false, true, false]);
  });

  it('is refused for good when what was read again is refused too', async () => {
    const { api, transport } = await open({}, new Tokens());
    api.next(unauthorized, unauthorized);
    await expect(transport.json(get)).rejects.toMatchObject({ status: 401, said: 'token expired' });
    expect(api.received).toHaveLength(2);
  });

  it('is not sent where there is nobody', async () => {
    const { api, transport } = await open();
    await transport.json(get);
    expect(api.received[0]?.headers).not.toHaveProperty('authorization');
  });

  it('that cannot be read is told, and read again for the next call', async () => {
    let isThere = false;
    const authorization = async (): Promise<string> => {
      if (!isThere) throw new BackendUnavailable('the token is not there');
      return 'Bearer token';
    };
    const { api, transport } = await open({}, { authorization });
    await expect(transport.json(get)).rejects.toThrow('the token is not there');
    isThere = true;
    await transport.json(get);
    expect(api.received).toHaveLength(1);
  });
});
