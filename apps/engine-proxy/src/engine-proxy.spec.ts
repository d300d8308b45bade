import { request, type IncomingMessage, type ServerResponse } from 'node:http';
import { stat } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeEngine, foreignId, json, ownId } from './testing/fake-engine.js';
import { openProxy, type OpenedProxy } from './testing/open-proxy.js';

const body = {
  Image: 'muster/workers:1',
  User: '65532',
  Labels: { 'dev.muster.installation': 'ins_1' },
  HostConfig: {
    LogConfig: { Type: 'local', Config: { 'max-size': '1m' } },
    CpuShares: 512,
    NanoCpus: 500_000_000,
    Memory: 67_108_864,
    MemorySwap: 67_108_864,
    PidsLimit: 64,
    ReadonlyRootfs: true,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
  },
};
const create = '/v1.41/containers/create?name=muster-3';

let engine: FakeEngine;
let proxy: OpenedProxy;
const open = async (environment: Record<string, string> = {}): Promise<OpenedProxy> =>
  await openProxy(async (folder) => {
    await engine.listen(join(folder, 'engine.sock'));
    return `unix://${folder}/engine.sock`;
  }, environment);

beforeEach(async () => {
  engine = new FakeEngine();
  proxy = await open({ MUSTER_BODY_LIMIT_BYTES: '65536' });
});
afterEach(async () => {
  await proxy.close();
  await engine.close();
});

describe('a container of this installation', () => {
  it('is created by a request made of what was understood', async () => {
    engine.answers.set('POST /v1.41/containers/create', (outgoing) => json(outgoing, 201, { Id: ownId, Warnings: [] }));
    const sent = ` ${JSON.stringify({ ...body, Tty: false, name: 'muster-3' }, undefined, 2)}\n`;
    const headers = { 'x-registry-auth': 'e30=', authorization: 'Basic x', 'x-muster': 'y' };
    expect(await proxy.ask('POST', create, sent, headers)).toMatchObject({ status: 201, value: { Id: ownId } });
    expect(engine.heard).toEqual([
      {
        method: 'POST',
        target: create,
        headers: {
          host: 'docker',
          connection: 'close',
          'content-type': 'application/json',
          'content-length': String(JSON.stringify(body).length),
        },
        body: JSON.stringify(body),
      },
    ]);
  });

  it('is acted on by its id, whatever name the caller gave', async () => {
    await proxy.ask('POST', '/containers/muster-1/kill?signal=SIGTERM', { signal: 'SIGTERM' });
    await proxy.ask('DELETE', `/v1.41/containers/${ownId}?force=true&v=true`);
    expect(engine.done).toEqual([
      `POST /containers/${ownId}/kill?signal=SIGTERM`,
      `DELETE /v1.41/containers/${ownId}?force=true&v=true`,
    ]);
    expect(engine.heard.map((each) => each.body).join('')).toBe('');
  });

  it('gets the user of its image written down when it names none', async () => {
    engine.answers.set('GET /images/muster/workers:1/json', (outgoing) =>
      json(outgoing, 200, { Config: { User: 'node' } }),
    );
    const { User: _, ...rest } = body;
    expect(await proxy.ask('POST', create, rest)).toMatchObject({ status: 200 });
    expect(JSON.parse(engine.heard.at(-1)?.body ?? '')).toEqual({ ...body, User: 'node' });
    engine.answers.set('GET /images/muster/workers:1/json', (outgoing) =>
      json(outgoing, 200, { Config: { User: '' } }),
    );
    expect(await proxy.ask('POST', create, rest)).toMatchObject({ status: 403 });
    engine.answers.set('GET /images/muster/workers:1/json', (outgoing) =>
      json(outgoing, 404, { message: 'No such image' }),
    );
    expect(await proxy.ask('POST', create, rest)).toMatchObject({ status: 404, value: { message: 'No such image' } });
  });

  it('joins a network only if that is of this installation, too', async () => {
    const on = { ...body, HostConfig: { ...body.HostConfig, NetworkMode: 'muster-net' } };
    const network = (owner: string) => (outgoing: ServerResponse) =>
      json(outgoing, 200, { Id: '3'.repeat(64), Name: 'muster-net', Labels: { 'dev.muster.installation': owner } });
    engine.answers.set('GET /networks/muster-net', network('ins_2'));
    expect(await proxy.ask('POST', create, on)).toMatchObject({ status: 404 });
    engine.answers.set('GET /networks/muster-net', network('ins_1'));
    expect(await proxy.ask('POST', create, on)).toMatchObject({ status: 200 });
    expect(engine.done).toEqual([`POST ${create}`]);
  });
});

describe('what belongs to others', () => {
  it.each([
    ['POST', '/containers/muster-2/start'],
    ['POST', `/containers/${foreignId}/stop?t=1`],
    ['POST', `/containers/${foreignId}/kill`],
    ['POST', `/containers/${foreignId}/wait`],
    ['GET', `/containers/${foreignId}/json`],
    ['GET', `/containers/${foreignId}/logs?stdout=1`],
    ['HEAD', `/containers/${foreignId}/archive?path=%2Fetc%2Fpasswd`],
    ['DELETE', `/containers/${foreignId}?force=1`],
    ['GET', '/networks/others'],
    ['DELETE', '/networks/others'],
  ])('is not there: %s %s', async (method, path) => {
    const { status } = await proxy.ask(method, path);
    expect({ status, done: engine.done }).toEqual({ status: 404, done: [] });
    expect(proxy.refusals).toEqual([expect.stringMatching(/does not belong to this installation$/)]);
  });

  it('is told like what really is not there', async () => {
    const [foreign, absent] = [
      await proxy.ask('GET', '/containers/muster-2/json'),
      await proxy.ask('GET', '/containers/none/json'),
    ];
    expect([foreign.value, absent.value]).toEqual([
      { message: 'No such container: muster-2' },
      { message: 'No such container: none' },
    ]);
  });

  it('is not in lists and events', async () => {
    await proxy.ask('GET', '/containers/json?all=1');
    await proxy.ask('GET', '/events?until=1');
    const filters = encodeURIComponent('{"label":["dev.muster.installation=ins_1"]}');
    expect(engine.heard.map(({ target }) => target)).toEqual([
      `/containers/json?all=1&filters=${filters}`,
      `/events?until=1&filters=${filters}`,
    ]);
  });

  it('of images is only removed where the operator names it', async () => {
    expect(await proxy.ask('DELETE', '/images/muster/workers:1')).toMatchObject({ status: 403 });
    expect(engine.done).toEqual([]);
  });
});

describe('a refusal', () => {
  it('says every reason to the caller, in the form of the engine, and to the log', async () => {
    const sent = { ...body, HostConfig: { ...body.HostConfig, Privileged: true, Binds: ['/:/host'] } };
    const answer = await proxy.ask('POST', create, sent);
    const reasons = [
      'HostConfig.Privileged is not allowed (it is true)',
      'HostConfig.Binds[0]: the folder "/" must be an absolute path without "." and ".." that is not / itself',
    ];
    expect(answer).toMatchObject({
      status: 403,
      value: { message: `refused by Muster's engine proxy: ${reasons.join('; ')}` },
    });
    expect(proxy.log.at(-1)).toEqual({
      said: 'refused',
      method: 'POST',
      path: '/v1.41/containers/create',
      status: 403,
      reasons,
    });
    expect(engine.heard).toEqual([]);
  });

  it.each([
    ['{"Image":"a","Image":"b"}', 400],
    ['{"Image":"a"', 400],
    ['[]', 403],
    [`{"Image":"${'a'.repeat(70_000)}"}`, 413],
  ])('comes before the engine hears of a body like %.20s', async (sent, status) => {
    expect((await proxy.ask('POST', create, sent)).status).toBe(status);
    expect(engine.heard).toEqual([]);
  });

  it('comes for a body that could be read in two ways', async () => {
    for (const headers of [{ 'content-encoding': 'gzip' }, { 'content-type': 'application/x-www-form-urlencoded' }])
      expect((await proxy.ask('POST', create, body, headers as never)).status).toBe(415);
    const head = `POST ${create} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n`;
    expect(await proxy.raw(`${head}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n`)).toMatch(/^HTTP\/1.1 400 /);
    // Both lengths at once: the parser itself ends the connection.
    expect(await proxy.raw(`${head}transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n`)).not.toMatch(
      / 20\d /,
    );
    expect(await proxy.raw(`${head}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n`)).not.toMatch(/ 20\d /);
    expect(engine.heard).toEqual([]);
  });

  it('comes for a change of the protocol', async () => {
    const upgrade = `POST /containers/muster-1/attach HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: tcp\r\n\r\n`;
    expect(await proxy.raw(upgrade)).toMatch(/^HTTP\/1.1 403 Forbidden/);
    expect(engine.heard).toEqual([]);
  });
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
    engine = new FakeEngine();
    proxy = await open({ MUSTER_ENGINE_PROXY_STREAM_IDLE_MS: '50' });
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

describe('the proxy', () => {
  it('says what its engine says', async () => {
    engine.answers.set(`POST /containers/${ownId}/start`, (outgoing) =>
      json(outgoing, 500, { message: 'no space left' }),
    );
    expect(await proxy.ask('POST', '/containers/muster-1/start')).toMatchObject({
      status: 500,
      value: { message: 'no space left' },
    });
  });

  it('passes on a part of what the engine says of itself', async () => {
    engine.answers.set('GET /info', (outgoing) => json(outgoing, 200, { NCPU: 2, HttpProxy: 'http://user:secret@x' }));
    expect((await proxy.ask('GET', '/info')).value).toEqual({ NCPU: 2, Runtimes: {} });
  });

  it('does not wait longer than it should', async () => {
    await proxy.close();
    await engine.close();
    engine = new FakeEngine();
    proxy = await open({ MUSTER_ENGINE_PROXY_CALL_TIMEOUT_MS: '1000' });
    engine.answers.set('GET /version', () => undefined);
    expect(await proxy.ask('GET', '/version')).toMatchObject({ status: 503 });
  });

  it('is alive without its engine, but not ready', async () => {
    expect([(await proxy.ask('GET', '/health/live')).status, (await proxy.ask('GET', '/health/ready')).status]).toEqual(
      [200, 200],
    );
    await engine.close();
    expect([(await proxy.ask('GET', '/health/live')).status, (await proxy.ask('GET', '/health/ready')).status]).toEqual(
      [200, 503],
    );
    expect(await proxy.ask('GET', '/version')).toMatchObject({
      status: 503,
      value: { message: expect.stringMatching(/^the engine cannot be reached/) },
    });
    engine = new FakeEngine();
  });

  it('opens its socket to its user and group alone', async () => {
    expect((await stat(join(proxy.folder, 'proxy.sock'))).mode & 0o777).toBe(0o660);
  });
});

describe('a configuration', () => {
  it.each([
    [{ MUSTER_INSTALLATION_ID: '' }, /MUSTER_INSTALLATION_ID must be given/],
    [{ MUSTER_ENGINE_PROXY_FOLDERS: '/srv/a,/etc' }, /the folder \/etc is too near to \/etc/],
    [{ MUSTER_ENGINE_PROXY_LISTEN: 'http://x' }, /http:\/\/x is neither unix:\/\/ nor tcp:\/\//],
    [
      { MUSTER_ENGINE_PROXY_TLS_CERT_FILE: '/srv/cert.pem' },
      /the three MUSTER_ENGINE_PROXY_TLS_ files belong together/,
    ],
  ])('that protects nothing is refused: %j', async (environment, reason) => {
    await expect(openProxy(async () => 'unix:///x.sock', environment)).rejects.toThrow(reason);
  });
});
