import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogueOf } from '@muster/catalogue';
import type { InstanceId, RenewLease, SessionId, SessionType, WorkerType } from '@muster/contracts';
import { permissionsOf, type UserPrincipal } from '@muster/identity';
import { openStore, updateDocument, type DocumentStore } from '@muster/store';
import { noTracer } from '@muster/platform';
import { FakeClock, SeededRandom } from '@muster/testing';
import { applyChanges } from '../../holding/apply-changes.js';
import type { Change } from '../../holding/change.js';
import { sessionCollection, type SessionDocument } from '../../session-document.js';
import { GlobalSession, type GlobalSessionParts } from '../global-session.js';
import { defaultAdmissionSettings, type AdmissionSettings } from '../settings.js';
import { FakeDirectory, FakeHolders } from './fakes.js';

const workerType: WorkerType = {
  kind: 'WorkerType',
  name: 'solver',
  run: { process: { module: 'workers/solver' } },
  hardware: { cpuMillis: 500, memoryBytes: 1024 },
};
const sessionType: SessionType = {
  kind: 'SessionType',
  name: 'lab',
  roles: { solver: { worker: 'solver' } },
  parameters: { type: 'object', additionalProperties: false, properties: { cells: { type: 'integer' } } },
};
const source = { kind: 'file', file: 'lab.yaml', line: 1 } as const;

/** A person whom auth has let in. */
export function aUser(userId: string, role: UserPrincipal['role'] = 'user'): UserPrincipal {
  return {
    kind: 'user',
    userId,
    username: `name of ${userId}`,
    role,
    permissions: permissionsOf(role),
    tokenVersion: 1,
    credential: { kind: 'login', loginId: 'log_1', feedId: 'feed', feedNumber: 0, issuedAtMs: 0 },
    expiresAtMs: Date.parse('2026-01-31T13:00:00.000Z'),
  };
}

/** Replicas of global session over one embedded database, on a clock that the test moves. */
export async function startAdmission(settings: Partial<AdmissionSettings> = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'muster-admission-'));
  const store = await openStore({ dataDir });
  const clock = new FakeClock();
  const directory = new FakeDirectory();
  const holders = new FakeHolders();
  const problems: unknown[] = [];
  const counted: unknown[] = [];
  let replicas = 0;
  const replica = (parts: Pick<GlobalSessionParts, 'lockHolder'> = {}): GlobalSession =>
    new GlobalSession({
      store,
      files: catalogueOf([
        { type: workerType, source },
        { type: sessionType, source },
      ]),
      directory,
      holders,
      clock,
      random: new SeededRandom(`replica ${(replicas += 1)}`),
      tracer: noTracer,
      meter: {
        failed: (reason) => counted.push(reason),
        tookOver: (taken) => taken > 0 && counted.push(taken),
      },
      report: (_what, error) => problems.push(error),
      publicUrl: () => 'https://muster.example/base',
      settings: { ...defaultAdmissionSettings, ...settings },
      ...parts,
    });
  const global = replica();
  await store.ready();
  return {
    ...handsOn(store, clock, global),
    store,
    clock,
    directory,
    holders,
    problems,
    /** Failures by reason, and how many sessions were taken over at a time. */
    counted,
    global,
    replica,
    close: async (): Promise<void> => {
      await store.close();
      await rm(dataDir, { recursive: true });
    },
  };
}

function handsOn(store: DocumentStore, clock: FakeClock, global: GlobalSession) {
  const sessions = store.collection<SessionDocument>(sessionCollection);
  const lease = (name: string, rest: Partial<RenewLease> = {}, of = global) =>
    of.renew({
      instance: name as InstanceId,
      kind: 'session',
      address: `http://${name}`,
      version: '1',
      capacity: 10,
      ...rest,
    });
  const read = async (id: string): Promise<SessionDocument> => {
    const session = await sessions.get(id);
    if (session === undefined) throw new TypeError(`there is no ${id}`);
    return session;
  };
  /** What the holder of a session writes. */
  const hold = async (id: string, ...changes: Change[]): Promise<SessionDocument> => {
    await updateDocument(sessions, id as SessionId, (session) => applyChanges(session, changes, clock.nowMs()));
    return read(id);
  };
  return { sessions, lease, read, hold };
}
