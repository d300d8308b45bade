import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { FakeRelayLeg } from '@muster/testing';
import { withClient } from '@muster/relay';
import { OpenWorkers } from './testing/open-workers.js';

const workers = new OpenWorkers();
afterEach(() => workers.stop());

const here = (leg: FakeRelayLeg, client: string, received = 0, credit = 100_000): void =>
  leg.send({ kind: 'client-here', client, received, credit });
const ask = (leg: FakeRelayLeg, [client, seq]: readonly [string, number], action: string, body?: unknown): void =>
  leg.send({ kind: 'req', role: 'solver', incarnation: 1, client, seq, id: `r${seq}`, action, body });

describe("a worker's stream to a relay", () => {
  it('is refused without the accept token', async () => {
    const harness = await workers.running({});
    const socket = new WebSocket(`${harness.address.replace('http', 'ws')}/v1/stream`, 'muster.v1');
    const refused = await new Promise<Error>((resolve) => socket.once('error', resolve));
    expect(refused.message).toContain('401');
  });

  it('serves many clients, each with its own numbers', async () => {
    const harness = await workers.running({ actions: { double: (n: number) => 2 * n } });
    const leg = await harness.connect();
    for (const client of ['a', 'b']) {
      here(leg, client);
      expect(await leg.next('ack')).toMatchObject({ client, received: 0, opens: true });
      ask(leg, [client, 1], 'double', 21);
      expect(await leg.next('res')).toEqual({
        kind: 'res',
        client,
        role: 'solver',
        incarnation: 1,
        seq: 1,
        id: 'r1',
        body: 42,
      });
      expect(await leg.next('ack')).toMatchObject({ client, received: 1 });
    }
  });

  it('carries bytes as binary frames, progress, pushes and problems', async () => {
    const harness = await workers.running({
      actions: {
        solve: (_, context) => {
          context.progress({ done: 0.5, text: 'half' });
          context.push('note', { n: 1 });
          context.push('slice', new Uint8Array([9]));
          return { bytes: new Uint8Array([1, 2, 3]), topic: 'field' };
        },
      },
    });
    const leg = await harness.connect();
    here(leg, 'a');
    ask(leg, ['a', 1], 'solve');
    expect(await leg.next('push')).toMatchObject({ seq: 1, topic: 'progress/r1', body: { done: 0.5, text: 'half' } });
    expect(await leg.next('push')).toMatchObject({ seq: 2, topic: 'note', body: { n: 1 } });
    expect(await leg.next('binary')).toMatchObject({ seq: 3, topic: 'slice' });
    const answer = await leg.next('binary');
    expect([answer.seq, answer.id, answer.topic, [...answer.payload]]).toEqual([4, 'r1', 'field', [1, 2, 3]]);
    ask(leg, ['a', 2], 'nothing');
    expect((await leg.next('err')).problem.code).toBe('unknown-action');
  });

  it('takes a repeated frame once and answers a repeated id from memory', async () => {
    let count = 0;
    const harness = await workers.running({ actions: { count: () => ++count } });
    const leg = await harness.connect();
    here(leg, 'a');
    ask(leg, ['a', 1], 'count');
    ask(leg, ['a', 1], 'count');
    leg.send({ kind: 'req', role: 'solver', incarnation: 1, client: 'a', seq: 2, id: 'r1', action: 'count' });
    const answers = [await leg.next('res'), await leg.next('res')];
    expect(answers.map(({ seq, body }) => [seq, body])).toEqual([
      [1, 1],
      [2, 1],
    ]);
  });

  it('cancels a request', async () => {
    const harness = await workers.running({
      actions: {
        wait: (_, { signal }) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      },
    });
    const leg = await harness.connect();
    here(leg, 'a');
    ask(leg, ['a', 1], 'wait');
    leg.send({ kind: 'cancel', role: 'solver', incarnation: 1, client: 'a', seq: 2, id: 'r1' });
    expect((await leg.next('err')).problem.code).toBe('cancelled');
  });

  it('repeats over another relay what the client did not acknowledge, and knows what it has', async () => {
    const harness = await workers.running({ actions: { echo: (body) => body } });
    const first = await harness.connect();
    here(first, 'a');
    for (const seq of [1, 2, 3]) ask(first, ['a', seq], 'echo', seq);
    await first.next('res', (frame) => frame.seq === 3);
    await first.close();
    const second = await harness.connect();
    here(second, 'a', 1);
    expect(await second.next('ack')).toMatchObject({ received: 3, opens: true });
    expect([(await second.next('res')).seq, (await second.next('res')).seq]).toEqual([2, 3]);
  });

  it('takes a frame after one that a broken line has lost only when both are repeated', async () => {
    const harness = await workers.running({ actions: { echo: (body) => body } });
    const broken = await harness.connect();
    here(broken, 'a');
    ask(broken, ['a', 1], 'echo', 1);
    await broken.next('res');
    await broken.close();
    // The client's second request was on its way to the relay while the line was down; the third came before the client
    // has heard where the worker stands.
    const leg = await harness.connect();
    here(leg, 'a', 1);
    ask(leg, ['a', 3], 'echo', 3);
    expect(await leg.next('ack')).toMatchObject({ received: 1, opens: true });
    for (const seq of [2, 3]) ask(leg, ['a', seq], 'echo', seq);
    expect([(await leg.next('res')).body, (await leg.next('res')).body]).toEqual([2, 3]);
  });

  it('stays with the newest connection of a client when a relay does not know yet that it has lost the client', async () => {
    const harness = await workers.running({ actions: { echo: (body) => body } });
    const [old, current] = [await harness.connect(), await harness.connect()];
    const hereAs = (leg: FakeRelayLeg, connection: number): void =>
      leg.send({ kind: 'client-here', client: 'a', received: 0, credit: 100_000, connection });
    hereAs(old, 7);
    await old.next('ack');
    hereAs(current, 8);
    await current.next('ack');
    hereAs(old, 7);
    old.send({ kind: 'client-away', client: 'a' });
    old.send({ kind: 'ping', nonce: 'said' });
    await old.next('pong');
    ask(current, ['a', 1], 'echo', 'here');
    expect((await current.next('res')).body).toBe('here');
    expect(old.received).toEqual([]);
  });

  it('begins with a gap for a client that it does not remember', async () => {
    const harness = await workers.running({ actions: { echo: (body) => body } });
    const leg = await harness.connect();
    here(leg, 'a', 7);
    expect(await leg.next('gap')).toMatchObject({ client: 'a', firstSeq: 8, lastSeq: 8 });
    leg.send({ kind: 'gap', role: 'solver', incarnation: 1, client: 'a', firstSeq: 1, lastSeq: 4 });
    ask(leg, ['a', 5], 'echo', 'x');
    expect(await leg.next('res')).toMatchObject({ seq: 9, body: 'x' });
  });

  it('sends no more than the client has credit for', async () => {
    const harness = await workers.running({
      actions: { big: (_, context) => [1, 2, 3].forEach(() => context.push('p', 'x'.repeat(400))) },
    });
    const leg = await harness.connect();
    here(leg, 'a', 0, 1100);
    ask(leg, ['a', 1], 'big');
    await leg.next('push', (frame) => frame.seq === 2);
    await leg.next('ack', (frame) => frame.received === 1);
    expect(
      leg.received.filter((frame) => frame.kind === 'push' || frame.kind === 'res').map((frame) => frame.seq),
    ).toEqual([1]);
    leg.send({ kind: 'ack', role: 'solver', incarnation: 1, client: 'a', received: 2, credit: 1100 });
    expect(await leg.next('res')).toMatchObject({ seq: 4 });
  });

  it('reaches every client with a broadcast, and a push of a client reaches the worker', async () => {
    const harness = await workers.running({
      onPush: (topic, body, context) => context.broadcast(topic, { said: body }),
    });
    const leg = await harness.connect();
    here(leg, 'a');
    here(leg, 'b');
    leg.send({ kind: 'push', role: 'solver', incarnation: 1, client: 'a', seq: 1, topic: 'chat', body: 'hi' });
    const pushes = [await leg.next('push'), await leg.next('push')];
    expect(pushes.map(({ client, body }) => [client, body])).toEqual([
      ['a', { said: 'hi' }],
      ['b', { said: 'hi' }],
    ]);
  });

  it('ends what a client asked for when the client is gone for good', async () => {
    const ended = Promise.withResolvers<void>();
    const harness = await workers.running({
      actions: {
        wait: (_, { signal }) =>
          new Promise((resolve) =>
            signal.addEventListener('abort', () => {
              ended.resolve();
              resolve(undefined);
            }),
          ),
      },
    });
    const leg = await harness.connect();
    here(leg, 'a');
    ask(leg, ['a', 1], 'wait');
    await leg.next('ack', (frame) => frame.received === 1);
    leg.send({ kind: 'client-gone', client: 'a' });
    await ended.promise;
  });

  it('never sends more than the relay carries: an answer is refused, anything else is a gap', async () => {
    const harness = await workers.running({
      actions: {
        answer: (bytes: number) => 'x'.repeat(bytes),
        ümlauts: (count: number) => 'ü'.repeat(count),
        picture: (bytes: number) => new Uint8Array(bytes),
        push: (bytes: number, context) => {
          context.push('text', 'x'.repeat(bytes));
          context.push('bytes', new Uint8Array(bytes));
        },
      },
    });
    const leg = await harness.connect();
    leg.send({ kind: 'client-here', client: 'a', received: 0, credit: 100_000, maxFrameBytes: 3000 });
    for (const [seq, action] of [
      [1, 'answer'],
      [2, 'picture'],
      [3, 'ümlauts'],
    ] as const) {
      ask(leg, ['a', seq], action, action === 'ümlauts' ? 1500 : 2900);
      expect(await leg.next('err')).toMatchObject({ seq, id: `r${seq}`, problem: { code: 'body-too-large' } });
    }
    ask(leg, ['a', 4], 'push', 3000);
    expect(await leg.next('gap')).toMatchObject({ firstSeq: 4, lastSeq: 4 });
    expect(await leg.next('gap')).toMatchObject({ firstSeq: 5, lastSeq: 5 });
    expect(await leg.next('res')).toMatchObject({ seq: 6, id: 'r4' });
    ask(leg, ['a', 5], 'answer', 1500);
    expect(await leg.next('res')).toMatchObject({ seq: 7, id: 'r5' });
  });

  it('puts a gap in the place of what it keeps and another relay does not carry', async () => {
    const harness = await workers.running({
      actions: { push: (_, context) => context.push('text', 'x'.repeat(3000)) },
    });
    const leg = await harness.connect();
    here(leg, 'a', 0, 1);
    ask(leg, ['a', 1], 'push');
    await leg.next('push');
    const other = await harness.connect();
    other.send({ kind: 'client-here', client: 'a', received: 0, credit: 100_000, maxFrameBytes: 2000 });
    expect(await other.next('gap')).toMatchObject({ firstSeq: 1, lastSeq: 1 });
    expect(await other.next('res')).toMatchObject({ seq: 2, id: 'r1' });
  });

  it('survives frames that are not valid, of another incarnation, or of nobody', async () => {
    const harness = await workers.running({ actions: { echo: (body) => body } });
    const leg = await harness.connect();
    here(leg, 'a');
    leg.sendRaw('garbage');
    leg.sendRaw(new Uint8Array([1, 2, 3]));
    leg.sendRaw(
      withClient('{"kind":"req","role":"solver","incarnation":1,"seq":1,"id":"r1","action":"echo","body":[}', 'a'),
    );
    expect((await leg.next('err')).problem.code).toBe('invalid-request');
    leg.send({ kind: 'req', role: 'solver', incarnation: 2, client: 'a', seq: 2, id: 'r2', action: 'echo' });
    ask(leg, ['nobody', 2], 'echo');
    ask(leg, ['a', 2], 'echo', 'still here');
    expect(await leg.next('res')).toMatchObject({ client: 'a', id: 'r2', body: 'still here' });
    leg.send({ kind: 'ping', nonce: 'n' });
    expect(await leg.next('pong')).toEqual({ kind: 'pong', nonce: 'n' });
  });
});
