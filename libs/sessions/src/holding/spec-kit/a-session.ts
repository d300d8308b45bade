import type {
  InstanceId,
  Registers,
  ResolvedSessionType,
  ResolvedWorkerType,
  SessionId,
  UserId,
} from '@muster/contracts';
import type { SessionDocument } from '../../session-document.js';

export const holderA = 'svc_a' as InstanceId;
export const holderB = 'svc_b' as InstanceId;
export const owner = 'usr_ada' as UserId;
export const startedAt = Date.parse('2026-01-31T12:00:00.000Z');

interface RoleOptions {
  mandatory?: boolean;
  registers?: Registers;
  maxTimes?: number;
  near?: string[];
  apart?: string[];
}

const workerType = (name: string, registers: Registers): ResolvedWorkerType => ({
  name,
  run: { process: { module: `workers/${name}` } },
  registers,
  env: { THREADS: '2', LICENCE_FILE: { secret: 'licence' } },
  mounts: [],
  startTimeoutMs: 30_000,
  pullTimeoutMs: 600_000,
  shutdownGraceMs: 5000,
  fenceOnIsolation: false,
  settings: {},
});

export function aRecipe(roles: Record<string, RoleOptions> = { model: {}, solver: {} }): ResolvedSessionType {
  return {
    name: 'field-lab',
    title: 'Field lab',
    description: '',
    roles: Object.fromEntries(
      Object.entries(roles).map(([role, { mandatory = true, maxTimes = 2, near = [], apart = [] }]) => [
        role,
        {
          worker: role,
          mandatory,
          restart: { maxTimes, withinMs: 60_000, backoffMs: 500 },
          near,
          apart,
          parameters: {},
          hardware: { cpuMillis: 100, memoryBytes: 1 },
        },
      ]),
    ),
    workerTypes: Object.fromEntries(
      Object.entries(roles).map(([role, { registers = 'self' }]) => [role, workerType(role, registers)]),
    ),
    limits: { idleMs: 600_000, maxAgeMs: 3_600_000, startTimeoutMs: 120_000 },
    onDisconnect: 'keep',
    priority: 50,
  };
}

/** A session that was granted to holder A and not confirmed yet. */
export function aGrantedSession(change: Partial<SessionDocument> = {}): Omit<SessionDocument, 'rev'> {
  return {
    _id: 'ses_1' as SessionId,
    version: 1,
    owner,
    ownerName: 'ada',
    type: 'field-lab',
    project: null,
    parameters: { mesh: 'fine' },
    priority: 50,
    requestHash: 'hash',
    recipe: aRecipe(),
    createdAtMs: startedAt,
    deadlineAtMs: null,
    live: true,
    desired: { state: 'running' },
    state: 'queued',
    reason: null,
    outcome: null,
    epoch: 1,
    holder: null,
    granted: { holder: holderA, epoch: 1, atMs: startedAt },
    queue: { sinceMs: startedAt, explanation: null, placement: null },
    startedAtMs: null,
    endedAtMs: null,
    workers: {},
    view: 0,
    barrierPassed: false,
    tickets: [],
    clients: [],
    events: [],
    lastEventId: 0,
    timeline: { queued: startedAt },
    ...change,
  };
}
