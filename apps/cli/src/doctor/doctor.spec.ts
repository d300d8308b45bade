import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { version } from '@muster/platform/bare';
import { MemoryShell } from '../testing/run-in-memory.js';
import { ScriptedInstallation } from '../testing/scripted-installation.js';
import type { Finding } from './finding.js';

const amounts = { cpuMillis: 1000, memoryBytes: 1, diskBytes: 1, ports: 1 };
const node = {
  id: 'nod_1',
  name: 'vm',
  state: 'ready',
  nodeEpoch: 1,
  lastReportAgoMs: 10,
  workloads: 0,
  free: amounts,
  gpus: [],
  description: { backend: 'process', allocatable: amounts },
};
const up = { status: 'ok', info: {}, error: {}, details: { store: { status: 'up' } } };
const services = ['auth', 'session', 'relay'].map((service) => ({ service, version, state: 'ready' }));
const system = { version, services, sessionsLive: 0, sessionsQueued: 0, furtherSessionServices: 0 };
const healthy = {
  'GET /health/ready': up,
  'GET /v1/auth/me': { user: { username: 'olga', role: 'operator' }, permissions: [], expiresAt: '' },
  'GET /v1/system': system,
  'GET /v1/nodes': { items: [node] },
  'GET /v1/session-types': { items: [{ kind: 'SessionType', name: 'lab', roles: { main: { worker: 'solver' } } }] },
  'GET /v1/session-types/lab': { kind: 'SessionType', name: 'lab', roles: { main: { worker: 'solver' } } },
  'GET /v1/worker-types/solver': { kind: 'WorkerType', name: 'solver', run: { process: { command: ['a'] } } },
  'POST /v1/placements/explain': { verdict: 'now', placements: [] },
  'GET /v1/queue': { items: [], waiting: 0 },
};

let shell: MemoryShell;
let installation: ScriptedInstallation;
beforeAll(async () => {
  shell = await MemoryShell.make();
});
beforeEach(async () => {
  installation = await ScriptedInstallation.start({ ...healthy });
  shell.environment = { MUSTER_URL: installation.url, MUSTER_TOKEN: 'token', MUSTER_DATA_DIR: shell.folder };
  shell.surroundings = {};
});
afterEach(() => installation.stop());
afterAll(() => rm(shell.folder, { recursive: true }));

/** The findings that are not `ok`, by check. */
async function troubles(): Promise<{ exit: number; found: Record<string, Finding> }> {
  const { exit, out } = await shell.run('doctor --json');
  const { findings } = JSON.parse(out) as { findings: Finding[] };
  return {
    exit,
    found: Object.fromEntries(findings.filter(({ level }) => level !== 'ok').map((each) => [each.check, each])),
  };
}

describe('muster doctor', () => {
  it('finds nothing where all is well', async () => {
    expect(await troubles()).toEqual({ exit: 0, found: {} });
    expect((await shell.run('doctor')).out).toMatch(/^ok +node +Node 24.*\n(ok .*\n)+\nall is well\n$/);
  });

  it.each([
    [
      'an address that is not ready',
      { 'GET /health/ready': { status: 503, body: { details: { store: { status: 'down', reason: 'no disk' } } } } },
      'address',
      'store: no disk',
    ],
    [
      'something else at the address',
      { 'GET /health/ready': { hello: 'world' } },
      'address',
      'something else than Muster',
    ],
    [
      'a token that has ended',
      { 'GET /v1/auth/me': { status: 401, body: { code: 'token-expired', detail: 'it has ended' } } },
      'login',
      'it has ended',
    ],
    [
      'a service that is not ready',
      { 'GET /v1/system': { ...system, services: [{ ...services[0], state: 'not-ready' }, services[1]] } },
      'services',
      'auth is not-ready',
    ],
    [
      'no session service',
      { 'GET /v1/system': { ...system, services: [services[0]] } },
      'services',
      'no session service runs',
    ],
    ['no node', { 'GET /v1/nodes': { items: [] } }, 'nodes', 'there are none'],
    [
      'a node that is silent',
      { 'GET /v1/nodes': { items: [node, { ...node, name: 'gone', state: 'down' }] } },
      'nodes',
      'gone is down',
    ],
    [
      'nodes of which none takes work',
      { 'GET /v1/nodes': { items: [{ ...node, state: 'draining' }] } },
      'nodes',
      'none takes work',
    ],
    ['an empty catalogue', { 'GET /v1/session-types': { items: [] } }, 'catalogue', 'no session types'],
    [
      'a service that does not answer',
      { 'GET /v1/nodes': { status: 500, body: { code: 'internal', detail: 'broken' } } },
      'nodes',
      'broken',
    ],
  ])('fails for %s, and says what to do', async (_, answers, check, text) => {
    Object.assign(installation.answers, answers);
    const { exit, found } = await troubles();
    expect(exit).toBe(1);
    expect(found[check]).toMatchObject({
      level: 'error',
      text: expect.stringContaining(text) as string,
      fix: expect.any(String) as string,
    });
  });

  it.each([
    [
      'another release there',
      {
        'GET /v1/system': {
          ...system,
          version: '9.9.9',
          services: [services[1]].map((each) => ({ ...each, version: '9.9.9' })),
        },
      },
      'version',
      '9.9.9',
    ],
    [
      'services of several releases',
      { 'GET /v1/system': { ...system, services: [...services, { ...services[0], version: '9.9.9' }] } },
      'version',
      'several releases',
    ],
    [
      'a node under pressure',
      { 'GET /v1/nodes': { items: [{ ...node, pressure: 'the disk is full' }] } },
      'nodes',
      'the disk is full',
    ],
    [
      'a node that is drained',
      {
        'GET /v1/nodes': {
          items: [node, { ...node, state: 'draining', drain: { by: 'usr_1', reason: 'new driver' } }],
        },
      },
      'nodes',
      'new driver',
    ],
    [
      'a type that fits nowhere',
      { 'POST /v1/placements/explain': { verdict: 'never', placements: [] } },
      'catalogue',
      'lab fits on no node',
    ],
  ])('warns of %s', async (_, answers, check, text) => {
    Object.assign(installation.answers, answers);
    const { exit, found } = await troubles();
    expect(exit).toBe(0);
    expect(found[check]).toMatchObject({
      level: 'warning',
      text: expect.stringContaining(text) as string,
      fix: expect.any(String) as string,
    });
  });

  it('warns of clocks that differ, of an old Node and of a full disk', async () => {
    installation.date = new Date(installation.date.getTime() - 5_400_000);
    shell.surroundings = { nodeVersion: '22.12.0' };
    shell.environment = { ...shell.environment, MUSTER_CLI_DOCTOR_MIN_FREE_BYTES: String(Number.MAX_SAFE_INTEGER) };
    const { exit, found } = await troubles();
    expect([exit, Object.values(found).map(({ check, level }) => [check, level])]).toEqual([
      0,
      [
        ['node', 'warning'],
        ['disk', 'warning'],
        ['clock', 'warning'],
      ],
    ]);
    expect(found['clock']?.text).toContain('differ by 1 h 30 min');
  });

  it('tells what a role may not look at from what is wrong', async () => {
    const refused = { status: 403, body: { code: 'not-allowed', detail: 'no' } };
    Object.assign(installation.answers, { 'GET /v1/system': refused, 'GET /v1/nodes': refused });
    const { exit, found } = await troubles();
    expect([exit, Object.values(found).map(({ level }) => level)]).toEqual([0, ['note', 'note']]);
  });
});
