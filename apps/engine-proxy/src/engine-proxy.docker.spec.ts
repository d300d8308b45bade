import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Engine, jsonOf } from './engine.js';
import { addressOf } from './socket-address.js';
import { openProxy, type OpenedProxy, type Reply } from './testing/open-proxy.js';

const engineUrl = process.env['DOCKER_HOST'];
const image = process.env['DOCKER_PROBE_IMAGE'] ?? 'node:24-bookworm-slim';
const installation = `ins_proxy_${process.pid}`;
const why = engineUrl === undefined ? ' (skipped: DOCKER_HOST names no engine)' : '';
const never = new AbortController().signal;

let proxy: OpenedProxy;
let names = 0;

/** The engine itself, past the proxy. */
async function direct(method: string, target: string, body?: unknown): Promise<Reply> {
  const address = addressOf(engineUrl ?? '') ?? { socketPath: '' };
  const text = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await new Engine(address, 60_000).ask({ method, target, signal: never, ...text });
  const value = answer.statusCode === 204 ? answer.resume() && undefined : await jsonOf(answer);
  return { status: answer.statusCode ?? 0, value, headers: answer.headers };
}

function aBody(program: string, hostConfig: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    Image: image,
    User: '65532:65532',
    Cmd: ['/usr/local/bin/node', '-e', program],
    Labels: { 'dev.muster.installation': installation },
    HostConfig: {
      Init: true,
      NetworkMode: 'none',
      LogConfig: { Type: 'local', Config: { 'max-size': '100k', 'max-file': '2', compress: 'false' } },
      CpuShares: 512,
      NanoCpus: 1_000_000_000,
      Memory: 134_217_728,
      MemorySwap: 134_217_728,
      PidsLimit: 64,
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Tmpfs: { '/tmp': 'rw,exec,nosuid,nodev,mode=1777,size=1048576' },
      ...hostConfig,
    },
  };
}

const nameOf = (): string => `muster-test-${process.pid}-${(names += 1)}`;
const waiting = 'setInterval(() => {}, 1000)';

async function create(name: string, body: Record<string, unknown>): Promise<string> {
  const { status, value } = await proxy.ask('POST', `/v1.41/containers/create?name=${name}`, body);
  expect({ status, value }).toMatchObject({ status: 201 });
  return (value as { Id: string }).Id;
}

/** A container of somebody else, made past the proxy, that looks like ours. */
async function foreign(): Promise<string> {
  const body = {
    ...aBody(waiting),
    Labels: { 'dev.muster.installation': `${installation}x`, 'dev.muster.test': installation },
  };
  const { value } = await direct('POST', `/containers/create?name=${nameOf()}`, body);
  await direct('POST', `/containers/${(value as { Id: string }).Id}/start`);
  return (value as { Id: string }).Id;
}

describe.skipIf(engineUrl === undefined)(`the proxy of a real engine${why}`, () => {
  beforeAll(async () => {
    proxy = await openProxy(async () => engineUrl ?? '', { MUSTER_INSTALLATION_ID: installation });
  });

  afterAll(async () => {
    for (const label of [`dev.muster.installation=${installation}`, `dev.muster.test=${installation}`]) {
      const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
      const { value } = await direct('GET', `/containers/json?all=1&filters=${filters}`);
      for (const { Id } of value as { Id: string }[]) await direct('DELETE', `/containers/${Id}?force=1&v=1`);
    }
    await proxy.close();
  });

  it('lets a worker live: create, start, output, wait, inspect, remove', async () => {
    const id = await create(nameOf(), aBody('console.log("uid", process.getuid()); process.exit(7)'));
    expect(await proxy.ask('POST', `/v1.41/containers/${id}/start`)).toMatchObject({ status: 204 });
    expect(await proxy.ask('POST', `/v1.41/containers/${id}/wait`)).toMatchObject({ value: { StatusCode: 7 } });
    expect((await proxy.ask('GET', `/v1.41/containers/${id}/logs?stdout=1`)).value).toContain('uid 65532');
    expect(await proxy.ask('HEAD', `/v1.41/containers/${id}/archive?path=%2Fusr%2Flocal%2Fbin%2Fnode`)).toMatchObject({
      status: 200,
    });
    expect(await proxy.ask('GET', `/v1.41/containers/${id}/json`)).toMatchObject({
      value: { HostConfig: { Privileged: false, CapDrop: ['ALL'], ReadonlyRootfs: true, Memory: 134_217_728 } },
    });
    expect(await proxy.ask('DELETE', `/v1.41/containers/${id}?v=1`)).toMatchObject({ status: 204 });
  });

  it('lets a worker live that names no user, as the user of its image or not at all', async () => {
    const { User: _, ...body } = aBody(waiting);
    const { value } = await direct('GET', `/images/${image}/json`);
    const isRoot = (value as { Config: { User: string } }).Config.User === '';
    const answer = await proxy.ask('POST', `/v1.41/containers/create?name=${nameOf()}`, body);
    expect(answer.status).toBe(isRoot ? 403 : 201);
  });

  it.each([
    { Privileged: true },
    { Binds: ['/var/run/docker.sock:/run/docker.sock'] },
    { Mounts: [{ Type: 'bind', Source: '/', Target: '/host' }] },
    { Mounts: [{ Type: 'volume', Source: 'any', Target: '/x', VolumeOptions: { DriverConfig: { Name: 'local' } } }] },
    { PidMode: 'host' },
    { NetworkMode: 'host' },
    { CapAdd: ['SYS_ADMIN'] },
    { SecurityOpt: ['no-new-privileges', 'seccomp=unconfined'] },
    { Memory: 0, MemorySwap: 0 },
    // The engine itself takes names in any case of letters.
    { privileged: true },
  ])('makes no container with %j', async (change) => {
    const name = nameOf();
    expect(await proxy.ask('POST', `/v1.41/containers/create?name=${name}`, aBody(waiting, change))).toMatchObject({
      status: 403,
      value: { message: expect.stringMatching(/^refused by Muster's engine proxy: /) },
    });
    expect(await direct('GET', `/containers/${name}/json`)).toMatchObject({ status: 404 });
  });

  it('leaves what belongs to others alone and unseen', async () => {
    const id = await foreign();
    for (const [method, path] of [
      ['POST', `/containers/${id}/stop?t=0`],
      ['POST', `/containers/${id.slice(0, 12)}/kill`],
      ['DELETE', `/containers/${id}?force=1`],
      ['GET', `/containers/${id}/json`],
      ['GET', `/containers/${id}/logs?stdout=1`],
    ] as const)
      expect(await proxy.ask(method, path), path).toMatchObject({ status: 404 });
    const filters = encodeURIComponent(JSON.stringify({ label: ['dev.muster.installation'] }));
    const { value } = await proxy.ask('GET', `/containers/json?all=1&filters=${filters}`);
    expect((value as { Id: string }[]).map((each) => each.Id)).not.toContain(id);
    expect(await direct('GET', `/containers/${id}/json`)).toMatchObject({ value: { State: { Running: true } } });
  });

  it('tells events of its own containers only', async () => {
    const since = String(Math.floor(Date.now() / 1000) - 1);
    const [other, own] = [await foreign(), await create(nameOf(), aBody(''))];
    await proxy.ask('POST', `/containers/${own}/start`);
    await proxy.ask('POST', `/containers/${own}/wait`);
    const until = String(Math.ceil(Date.now() / 1000) + 1);
    const { value } = await proxy.ask('GET', `/events?since=${since}&until=${until}`);
    expect(String(value)).toContain(own);
    expect(String(value)).not.toContain(other);
    expect(String(value)).not.toContain(`${installation}x`);
  });

  it('makes networks of its own, whose names lead to no other', async () => {
    const Name = nameOf();
    const body = { Name, Driver: 'bridge', Internal: true, Labels: { 'dev.muster.installation': installation } };
    const made = await proxy.ask('POST', '/v1.41/networks/create', body);
    expect(made).toMatchObject({ status: 201 });
    const id = await create(nameOf(), {
      ...aBody(waiting, { NetworkMode: Name }),
      NetworkingConfig: { EndpointsConfig: { [Name]: { Aliases: ['wrk-1'] } } },
    });
    await proxy.ask('POST', `/containers/${id}/start`);
    expect(await direct('GET', `/containers/${id}/json`)).toMatchObject({
      value: { NetworkSettings: { Networks: { [Name]: {} } } },
    });
    expect(await proxy.ask('DELETE', `/containers/${id}?force=1`)).toMatchObject({ status: 204 });
    expect(await proxy.ask('DELETE', `/v1.41/networks/${Name}`)).toMatchObject({ status: 204 });
    expect(await proxy.ask('GET', '/networks/host')).toMatchObject({ status: 404 });
    expect(await proxy.ask('GET', '/networks')).toMatchObject({ status: 200, value: [] });
  });

  it('passes on what a registry answers', async () => {
    const answer = await proxy.ask('POST', '/images/create?fromImage=127.0.0.1:1/nobody/nothing:1');
    expect(JSON.stringify(answer.value)).toMatch(/connection refused|dial tcp/);
  });
});
