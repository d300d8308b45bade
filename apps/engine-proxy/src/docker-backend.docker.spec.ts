import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InstallationId, NodeId, SessionId, WorkloadId } from '@muster/contracts';
import { createBackend, type WorkloadSpec } from '@muster/orchestrator';
import { openProxy, type OpenedProxy } from './testing/open-proxy.js';

const engineUrl = process.env['DOCKER_HOST'];
const image = { linux: process.env['DOCKER_PROBE_IMAGE'] ?? 'node:24-bookworm-slim' };
const installationId = `ins_guarded_${process.pid}` as InstallationId;
const why = engineUrl === undefined ? ' (skipped: DOCKER_HOST names no engine)' : '';
const sessionNetworks = { pool: '10.213.65.0/24', prefix: 28 };
const never = new AbortController().signal;

let folder: string;
let proxy: OpenedProxy;
let backend: Awaited<ReturnType<typeof createBackend>>;
let ids = 0;

function aSpec(program: string, members: Partial<WorkloadSpec> = {}): WorkloadSpec {
  const amounts = { cpuMillis: 500, memoryBytes: 134_217_728, diskBytes: 0, ports: 0 };
  return {
    id: `ses-1-wrk-${(ids += 1)}-1` as WorkloadId,
    kind: 'worker',
    ownership: { installationId, nodeId: 'nod_1' as NodeId },
    run: { image, command: ['/usr/local/bin/node', '-e', program] },
    env: {},
    booking: { amounts, gpus: [], hostPorts: [] },
    limits: amounts,
    scratchDir: '/scratch',
    hostName: `ses-1-wrk-${ids}-1`,
    graceMs: 1000,
    ...members,
  };
}

describe.skipIf(engineUrl === undefined)(`the docker back end behind the proxy${why}`, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'muster-guarded-'));
    proxy = await openProxy(async () => engineUrl ?? '', {
      MUSTER_INSTALLATION_ID: installationId,
      MUSTER_ENGINE_PROXY_FOLDERS: '/srv/muster-test:ro',
      MUSTER_ENGINE_PROXY_SUBNETS: sessionNetworks.pool,
    });
    backend = await createBackend('docker', {
      stateDir: join(folder, 'state'),
      installationId,
      nodeId: 'nod_1' as NodeId,
      engine: { url: `unix://${proxy.folder}/proxy.sock` },
      sessionNetworks,
    });
  });

  afterAll(async () => {
    await backend.close({ workloads: 'end', graceMs: 0 });
    await proxy.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('describes its node', async () => {
    expect(await backend.nodes()).toMatchObject([{ id: 'nod_1', backend: 'docker', os: { family: 'linux' } }]);
  });

  it('starts, watches, reads and stops a workload, and is refused nothing', async () => {
    const stop = new AbortController();
    const events = backend.watch({ installationId }, stop.signal)[Symbol.asyncIterator]();
    expect((await events.next()).value).toEqual({ type: 'synced', workloads: [] });
    const handle = await backend.start(aSpec('console.log("hello"); setInterval(() => {}, 1000)'), never);
    expect((await events.next()).value).toMatchObject({ type: 'changed', workload: { id: handle.id } });
    for await (const { text } of backend.logs(handle, { follow: true }, never)) {
      expect(text).toBe('hello');
      break;
    }
    await backend.stop(handle, { graceMs: 5000 });
    expect(await backend.inspect(handle)).toMatchObject({ state: 'exited', exit: { reason: 'stopped' } });
    stop.abort();
    expect(proxy.refusals).toEqual([]);
  });

  it('makes the network of a session beside networks of others that it does not see', async () => {
    const other = await createBackend('docker', {
      stateDir: join(folder, 'other'),
      installationId: `${installationId}x` as InstallationId,
      nodeId: 'nod_1' as NodeId,
      engine: { url: engineUrl ?? '' },
      sessionNetworks,
    });
    const sessionId = 'ses_1' as SessionId;
    const inSession = (spec: WorkloadSpec): WorkloadSpec => ({ ...spec, ownership: { ...spec.ownership, sessionId } });
    try {
      await other.start(inSession(aSpec('setInterval(() => {}, 1000)')), never);
      const handle = await backend.start(inSession(aSpec('setInterval(() => {}, 1000)')), never);
      const { value } = await proxy.ask('GET', '/networks');
      expect(value).toMatchObject([{ IPAM: { Config: [{ Subnet: '10.213.65.16/28' }] } }]);
      await backend.stop(handle, { graceMs: 0 });
    } finally {
      await other.close({ workloads: 'end', graceMs: 0 });
    }
    expect(proxy.refusals).toEqual([]);
  });

  it.each([
    ['unknown programs', { run: { image, command: ['/nonexistent'] } }, 'invalid-spec'],
    ['missing images', { run: { image: { linux: '127.0.0.1:1/nobody/nothing:1' } } }, 'image-unavailable'],
    ['folders that are not allowed', { mounts: [{ name: 'x', source: '/etc', path: '/x' }] }, 'invalid-spec'],
    ['ports out of the range', { ports: [{ port: 80, hostAddress: '127.0.0.1', hostPort: 80 }] }, 'invalid-spec'],
    ['a workload without limits', { limits: {} }, 'invalid-spec'],
  ])('tells %s by the errors of the contract', async (_, members, code) => {
    const spec = aSpec('', members as Partial<WorkloadSpec>);
    await expect(backend.start(spec, never)).rejects.toMatchObject({ code });
    await expect(backend.inspect({ version: 1, backend: 'docker', id: spec.id })).rejects.toMatchObject({
      code: 'workload-not-found',
    });
  });
});
