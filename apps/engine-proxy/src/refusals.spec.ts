import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { body, create, openBeforeEngine } from './testing/before-engine.js';
import { foreignId, type FakeEngine } from './testing/fake-engine.js';
import { openProxy, type OpenedProxy } from './testing/open-proxy.js';

let engine: FakeEngine;
let proxy: OpenedProxy;

beforeEach(async () => {
  ({ engine, proxy } = await openBeforeEngine());
});
afterEach(async () => {
  await proxy.close();
  await engine.close();
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
