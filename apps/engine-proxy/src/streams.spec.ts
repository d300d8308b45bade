import { once } from 'node:events';
import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBeforeEngine } from './testing/before-engine.js';
import { ownId, type FakeEngine } from './testing/fake-engine.js';
import type { OpenedProxy } from './testing/open-proxy.js';

let engine: FakeEngine;
let proxy: OpenedProxy;

beforeEach(async () => {
  ({ engine, proxy } = await openBeforeEngine());
});
afterEach(async () => {
  await proxy.close();
  await engine.close();
});

describe('a stream', () => {
  const closed = (answer: IncomingMessage): Promise<void> =>
    new Promise((resolve) =>
      answer
        .on('error', () => undefined)
        .once('close', resolve)
        .resume(),
    );
  const openStream = (path: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) =>
      request({ port: proxy.port, path, agent: false }, resolve).once('error', reject).end(),
    );

  it('is passed on piece by piece, and ends at the engine when its reader goes', async () => {
    let ended: Promise<unknown> | undefined;
    engine.answers.set('GET /events', (outgoing) => {
      ended = once(outgoing, 'close');
      outgoing.writeHead(200, { 'content-type': 'application/json' }).write('{"status":"start"}\n');
    });
    const answer = await openStream('/events');
    expect(String((await once(answer, 'data'))[0])).toBe('{"status":"start"}\n');
    answer.destroy();
    await ended;
  });

  it('waits for a slow reader', async () => {
    const [allBytes, piece] = [64 * 1024 * 1024, Buffer.alloc(65_536)];
    let writtenBytes = 0;
    const pump = (outgoing: ServerResponse): void => {
      while (writtenBytes < allBytes) {
        writtenBytes += piece.length;
        if (!outgoing.write(piece)) return void outgoing.once('drain', () => pump(outgoing));
      }
      outgoing.end();
    };
    engine.answers.set(`GET /containers/${ownId}/logs`, pump);
    const answer = await openStream('/containers/muster-1/logs?stdout=1');
    for (let turn = 0; turn < 30; turn += 1) await proxy.ask('GET', '/version');
    expect(writtenBytes).toBeLessThan(allBytes / 2);
    let readBytes = 0;
    answer.on('data', (chunk: Buffer) => (readBytes += chunk.length));
    await closed(answer);
    expect(readBytes).toBe(allBytes);
  });

  it('ends when the proxy stops, which does not wait for it', async () => {
    engine.answers.set('GET /events', (outgoing) => outgoing.writeHead(200).flushHeaders());
    const answer = await openStream('/events');
    const ended = closed(answer);
    await proxy.running.stop();
    await ended;
  });

  it('in which nothing moves is ended where the operator says so', async () => {
    await proxy.close();
    await engine.close();
    ({ engine, proxy } = await openBeforeEngine({ MUSTER_ENGINE_PROXY_STREAM_IDLE_MS: '50' }));
    engine.answers.set('GET /events', (outgoing) => outgoing.writeHead(200).flushHeaders());
    const answer = await openStream('/events');
    await closed(answer);
  });

  it('of a pull carries the credentials of its registry, which no other call does', async () => {
    await proxy.ask('POST', '/images/create?fromImage=muster/workers:1', {}, { 'x-registry-auth': 'e30=' });
    await proxy.ask('GET', '/images/json', undefined, { 'x-registry-auth': 'e30=' });
    expect(engine.heard.map(({ headers }) => headers['x-registry-auth'])).toEqual(['e30=', undefined]);
  });
});
