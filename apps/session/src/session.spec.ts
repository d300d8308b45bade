import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Body, Controller, Get, HttpCode, Module, Post, StreamableFile } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  MusterError,
  workloadIdOf,
  type PlacementAsk,
  type RegisterAnswer,
  type RenewLease,
  type RenewLeaseAnswer,
  type ReserveAnswer,
  type RouteTable,
  type ServiceRole,
  type SessionId,
  type StartOnNode,
  type StopOnNode,
  type TicketGrant,
} from '@muster/contracts';
import { hostServices, type RunningHost, type ServiceDefinition } from '@muster/hosting';
import { ForServices, jsonLinesType, readJsonLines, toJsonLines } from '@muster/platform';
import { sessionCollection, type SessionDocument } from '@muster/sessions';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { authService } from '../../auth/src/auth.definition.js';
import { sessionService } from './session.definition.js';

/** Global session, both directories and their one node, as far as a session service sees them. */
const surroundings = { base: '', starts: [] as StartOnNode[], changed: 0, silence: Promise.resolve() };

@Controller('internal/v1')
class FakeSurroundings {
  @Post('global-session/services/renew')
  @HttpCode(200)
  @ForServices('session')
  renew(@Body() _ask: RenewLease): RenewLeaseAnswer {
    return { leaseMs: 30_000, drain: false };
  }

  @Post('global-session/sessions/ses_http/changed')
  @HttpCode(204)
  @ForServices('session')
  changed(): void {
    surroundings.changed += 1;
  }

  @Post('global-directory/placements/reserve')
  @HttpCode(200)
  @ForServices('session')
  reserve(@Body() ask: PlacementAsk): ReserveAnswer {
    const booking = { amounts: { cpuMillis: 1, memoryBytes: 1, diskBytes: 0, ports: 1 }, gpus: [], hostPorts: [] };
    const address = `${surroundings.base}/internal/v1/local-directory/nod_1`;
    const node = { node: 'nod_1', nodeName: 'one', nodeEpoch: 1, address, score: 1, parts: {}, booking };
    return { verdict: 'now', placements: ask.items.map(({ worker }) => ({ ...node, worker }) as never) };
  }

  @Get('global-directory/node-states')
  @ForServices('session')
  nodeStates(): StreamableFile {
    async function* none(): AsyncGenerator<unknown> {
      yield { synced: true };
    }
    return new StreamableFile(toJsonLines(none()), { type: jsonLinesType });
  }

  @Post('local-directory/nod_1/workloads/start')
  @HttpCode(200)
  @ForServices('session')
  start(@Body() command: StartOnNode): object {
    surroundings.starts.push(command);
    return { workload: workloadIdOf(command.fence.session, command.fence.worker, 1), address: 'http://127.0.0.1:1' };
  }

  @Post('local-directory/nod_1/workloads/stop')
  @HttpCode(200)
  @ForServices('session')
  stop(@Body() _command: StopOnNode): object {
    return { ended: true };
  }

  @Get('local-directory/nod_1/workloads/:workload/logs')
  @ForServices('session')
  logs(): StreamableFile {
    async function* lines(): AsyncGenerator<unknown> {
      await surroundings.silence;
      yield { at: 'now', stream: 'stdout', text: 'hello' };
    }
    return new StreamableFile(toJsonLines(lines()), { type: jsonLinesType });
  }
}

@Module({ controllers: [FakeSurroundings] })
class FakeSurroundingsModule {}
@Module({})
class NothingModule {}

const fake = (name: ServiceRole, module: ServiceDefinition['module'] = NothingModule): ServiceDefinition => ({
  name,
  settings: {},
  module,
  usesStore: false,
});

let dataDir: string;
let running: RunningHost;
let worker: Server;
const called: string[] = [];
const id = 'ses_http' as SessionId;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'muster-session-'));
  worker = createServer((request, response) => {
    called.push(`${request.url} ${String(request.headers['x-muster-epoch'])}`);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => worker.listen(0, '127.0.0.1', resolve));
  const services = [
    authService,
    fake('global-session', FakeSurroundingsModule),
    fake('global-directory'),
    fake('local-directory'),
    fake('relay'),
    sessionService,
  ];
  const environment = {
    MUSTER_DATA_DIR: dataDir,
    MUSTER_PORT: '0',
    MUSTER_ADMIN_PASSWORD: 'admin-password',
    MUSTER_LOG_LEVEL: 'fatal',
    MUSTER_PASSWORD_MEMORY_KIB: '1024',
    MUSTER_STOP_GRACE_MS: '100',
  };
  running = await hostServices({ process: 'session', services, environment, ownsInstallation: true });
  surroundings.base = running.host.runtime.addresses.internalUrl;
});
afterAll(async () => {
  await running.stop();
  worker.close();
  await rm(dataDir, { recursive: true, force: true });
});

function as<T>(role: ServiceRole, method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
  const call = { method, path: `/internal/v1/session${path}`, ...(body === undefined ? {} : { body }) };
  return running.host.callerOf(role).toAddress<T>(surroundings.base, call);
}

async function stream<T>(role: ServiceRole, path: string, signal?: AbortSignal): Promise<AsyncGenerator<T>> {
  const call = {
    method: 'GET' as const,
    path: `/internal/v1/session${path}`,
    ...(signal === undefined ? {} : { signal }),
  };
  const answer = await running.host.callerOf(role).streamFrom(surroundings.base, call);
  return readJsonLines<T>(answer.body);
}

async function insertGranted(): Promise<void> {
  const { store, runtime } = running.host;
  const nowMs = runtime.clock.nowMs();
  const hardware = { cpuMillis: 1, memoryBytes: 1 };
  const restart = { maxTimes: 1, withinMs: 1000, backoffMs: 1 };
  const type = { name: 'model', run: { process: { module: 'm' } }, registers: 'self' as const, env: {}, mounts: [] };
  const times = {
    startTimeoutMs: 30_000,
    pullTimeoutMs: 1,
    shutdownGraceMs: 100,
    fenceOnIsolation: false,
    settings: {},
  };
  const document: Omit<SessionDocument, 'rev'> = {
    _id: id,
    version: 1,
    owner: 'usr_ada' as never,
    ownerName: 'ada',
    type: 'lab',
    project: null,
    parameters: {},
    priority: 50,
    requestHash: 'x',
    createdAtMs: nowMs,
    deadlineAtMs: null,
    live: true,
    desired: { state: 'running' },
    recipe: {
      name: 'lab',
      title: '',
      description: '',
      onDisconnect: 'keep',
      priority: 50,
      roles: { model: { worker: 'model', mandatory: true, restart, near: [], apart: [], parameters: {}, hardware } },
      workerTypes: { model: { ...type, ...times } },
      limits: { idleMs: 60_000, maxAgeMs: 600_000, startTimeoutMs: 60_000 },
    },
    state: 'queued',
    reason: null,
    outcome: null,
    epoch: 1,
    holder: null,
    granted: { holder: runtime.instance, epoch: 1, atMs: nowMs },
    queue: { sinceMs: nowMs, explanation: null, placement: null },
    startedAtMs: null,
    endedAtMs: null,
    workers: {},
    view: 0,
    barrierPassed: false,
    tickets: [],
    clients: [],
    events: [],
    lastEventId: 0,
    timeline: {},
  };
  await store?.collection<SessionDocument>(sessionCollection).insert(document);
}

describe('the session service over HTTP', () => {
  it('takes a grant, starts the worker, lets it register, and shows it running to a relay', async () => {
    await insertGranted();
    await as('global-session', 'POST', `/sessions/${id}/changed`, { epoch: 1 });
    const start = await vi.waitUntil(() => surroundings.starts[0], 20_000);
    const control = start.env['MUSTER_CONTROL_URL'] ?? '';
    expect(control).toBe(`${surroundings.base}/internal/v1/session/control/${id}/${start.fence.worker}`);
    const address = `http://127.0.0.1:${(worker.address() as AddressInfo).port}`;
    const register = (body: object, bearer = start.env['MUSTER_TOKEN'] ?? ''): Promise<RegisterAnswer> =>
      running.host.runtime.calls.json({ method: 'POST', url: `${control}/register`, body, bearer, deadlineMs: 5000 });
    await expect(register({ address, more: 1 })).rejects.toMatchObject({ code: 'invalid-request' });
    await expect(register({ address }, 'wrong')).rejects.toMatchObject({ code: 'not-authenticated' });
    const { token, acceptToken } = await register({ address, speaks: 'muster.v1' });
    const reading = new AbortController();
    let table: RouteTable | undefined;
    for await (const line of await stream<RouteTable>('relay', `/sessions/${id}/routes`, reading.signal)) {
      table = line;
      if (table.state === 'running') break;
    }
    reading.abort();
    expect(table?.routes).toMatchObject([
      { role: 'model', incarnation: 1, state: 'running', address, acceptToken, speaks: 'stream' },
    ]);
    expect(called).toEqual(['/v1/init 1', '/v1/run 1']);
    const refresh = { method: 'POST' as const, url: `${control}/refresh`, bearer: token, deadlineMs: 5000 };
    expect(await running.host.runtime.calls.json(refresh)).toMatchObject({
      token: expect.stringMatching(/^mwt_/) as string,
    });
  });

  it('gives and redeems a ticket, once', async () => {
    const ask = { user: 'usr_ada', userName: 'ada', tokenVersion: 1, tokenExpiresAt: null };
    const { ticket } = await as<TicketGrant>('global-session', 'POST', `/sessions/${id}/tickets`, ask);
    const redeem = () => as('relay', 'POST', `/sessions/${id}/redeem`, { ticket, clientId: 'cli', relay: 'svc_r' });
    expect(await redeem()).toMatchObject({ session: id, user: 'usr_ada' });
    await expect(redeem()).rejects.toMatchObject({ code: 'ticket-invalid' });
  });

  it('streams the output of a worker as its node gives it, also of one that is silent yet, and lists the workers', async () => {
    const silence = Promise.withResolvers<void>();
    surroundings.silence = silence.promise;
    const lines: unknown[] = [];
    const output = await stream('global-session', `/sessions/${id}/workers/model/logs?follow=true`);
    silence.resolve();
    for await (const line of output) lines.push(line);
    expect(lines).toEqual([{ at: 'now', stream: 'stdout', text: 'hello' }]);
    expect(await as('global-session', 'GET', `/sessions/${id}/workers`)).toEqual({
      model: { state: 'running', node: 'one', incarnation: 1 },
    });
  });

  it('answers no service that has no business here, and nobody without a token', async () => {
    await expect(as('local-directory', 'POST', `/sessions/${id}/redeem`, {})).rejects.toMatchObject({
      code: 'not-allowed',
    });
    await expect(as('relay', 'POST', '/worker-reports', {})).rejects.toBeInstanceOf(MusterError);
    const open = await fetch(`${surroundings.base}/internal/v1/session/sessions/${id}/routes`);
    expect(open.status).toBe(401);
  });

  it('says who it does not hold', async () => {
    await expect(as('relay', 'POST', '/sessions/ses_none/redeem', {})).rejects.toMatchObject({
      code: 'unknown-session',
    });
    expect(
      await as('local-directory', 'POST', '/worker-reports', { node: 'nod_1', nodeEpoch: 1, reports: [] }),
    ).toEqual({ notHeld: [] });
  });

  it('ends its sessions when everything stops, and says so in the event stream', async () => {
    const texts: (string | undefined)[] = [];
    const events = await stream<{ state?: string }>('global-session', `/sessions/${id}/events?after=0`);
    let stopping: Promise<void> | undefined;
    for await (const event of events) {
      texts.push(event.state);
      if (event.state === 'running') stopping = running.stop();
    }
    await stopping;
    expect(texts.filter((state) => state !== undefined)).toEqual(['starting', 'running', 'closing', 'closed']);
    expect([called.at(-1), surroundings.changed]).toEqual(['/v1/shutdown 1', 1]);
  });
});
