import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BackendUnavailable } from '../../contract/errors.js';
import { ApiBench, get, post } from './testing/api-bench.js';
import { answers } from './testing/misbehaving-api.js';

let bench: ApiBench;
beforeEach(async () => {
  bench = await ApiBench.start();
});
afterEach(() => bench.stop());

const failureOf = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'no failure',
    (error) => error,
  );
const connections = (): number[] => bench.api.received.map(({ connection }) => connection);

describe('a connection to the API server', () => {
  it('is kept for the next call', async () => {
    await bench.transport.json(get);
    await bench.transport.json(post);
    expect(connections()).toEqual([1, 1]);
  });

  it('that the server resets before it answers fails the call', async () => {
    bench.api.next(answers.reset());
    const failed = await failureOf(bench.transport.json(get));
    expect(failed).toBeInstanceOf(BackendUnavailable);
    expect(String(failed)).toMatch(/does not answer when asked for its things: .*(ECONNRESET|hang up)/);
    expect(bench.api.received).toHaveLength(1);
  });

  it('that the server resets in the midst of its answer fails the call', async () => {
    bench.api.next(answers.begins((response) => response.write('{"half":', () => response.socket?.resetAndDestroy())));
    const failed = await failureOf(bench.transport.json(get));
    expect(failed).toBeInstanceOf(BackendUnavailable);
    expect(String(failed)).toContain('does not answer when asked for its things: ');
    expect(bench.api.received).toHaveLength(1);
  });

  it('that ends in the midst of an answer, in order, fails the call', async () => {
    bench.api.next(answers.bytes('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"half":'));
    expect(String(await failureOf(bench.transport.json(get)))).toContain('its things: its answer broke off');
  });

  it('that speaks something else fails the call', async () => {
    bench.api.next(answers.bytes('SSH-2.0-OpenSSH_9.9\r\n'));
    const failed = await failureOf(bench.transport.json(get));
    expect(failed).toBeInstanceOf(BackendUnavailable);
    expect(bench.api.received).toHaveLength(1);
  });

  it('that nobody takes fails the call with the reason', async () => {
    await bench.api.stop();
    expect(String(await failureOf(bench.transport.json(get)))).toContain('ECONNREFUSED');
    bench = await ApiBench.start();
  });
});

describe('a kept connection that the server closed meanwhile', () => {
  it('is replaced by another where something is only read', async () => {
    bench.api.next(answers.value(1), answers.reset(), answers.value(2));
    expect([await bench.transport.json(get), await bench.transport.json(get)]).toEqual([1, 2]);
    expect(connections()).toEqual([1, 1, 2]);
  });

  it('is replaced by another for a stream, too', async () => {
    bench.api.next(answers.value(1), answers.reset(), answers.text('line'));
    await bench.transport.json(get);
    expect(String(Buffer.concat(await (await bench.transport.stream(get)).toArray()))).toBe('line');
  });

  it('is taken for a sign that the others are closed, too', async () => {
    bench.api.next(...Array.from({ length: 3 }, () => answers.value('first')), answers.reset());
    await Promise.all([bench.transport.json(get), bench.transport.json(get), bench.transport.json(get)]);
    await bench.transport.json(get);
    expect(connections()[4]).toBe(4);
  });

  it('fails what would change something: whether it was heard is not known', async () => {
    bench.api.next(answers.value(1), answers.reset());
    await bench.transport.json(post);
    expect(await failureOf(bench.transport.json(post))).toBeInstanceOf(BackendUnavailable);
    expect(bench.api.received).toHaveLength(2);
  });

  it('fails what has begun to be answered', async () => {
    bench.api.next(answers.value(1), answers.bytes('HTTP/1.1 200 OK\r\n'));
    await bench.transport.json(get);
    expect(await failureOf(bench.transport.json(get))).toBeInstanceOf(BackendUnavailable);
    expect(bench.api.received).toHaveLength(2);
  });

  it('is replaced only once', async () => {
    bench.api.next(answers.value(1), answers.reset(), answers.reset());
    await bench.transport.json(get);
    expect(await failureOf(bench.transport.json(get))).toBeInstanceOf(BackendUnavailable);
    expect(bench.api.received).toHaveLength(3);
  });
});
