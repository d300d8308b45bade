import type { ServerResponse } from 'node:http';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { body, create, openBeforeEngine } from './testing/before-engine.js';
import { FakeEngine, json, ownId } from './testing/fake-engine.js';
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
    ({ engine, proxy } = await openBeforeEngine({ MUSTER_ENGINE_PROXY_CALL_TIMEOUT_MS: '1000' }));
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
