import { catalogueOf } from '@muster/catalogue';
import type { SessionType, WorkerType } from '@muster/contracts';
import { noTracer } from '@muster/platform';
import { FakeClock, SeededRandom } from '@muster/testing';
import { GlobalSession } from '../global-session.js';
import { defaultAdmissionSettings, type AdmissionSettings } from '../settings.js';
import { FakeDirectory, FakeHolders } from './fakes.js';
import type { SteppedStore } from './stepped-store.js';

const workerType: WorkerType = {
  kind: 'WorkerType',
  name: 'solver',
  run: { process: { module: 'workers/solver' } },
  hardware: { cpuMillis: 500, memoryBytes: 1024 },
};
const sessionType: SessionType = { kind: 'SessionType', name: 'lab', roles: { solver: { worker: 'solver' } } };
const source = { kind: 'file', file: 'lab.yaml', line: 1 } as const;

/** A replica of global session in a process of its own, over a database whose calls the test orders. */
export function replicaOver(
  store: SteppedStore,
  process: string,
  { clock = new FakeClock(), ...settings }: Partial<AdmissionSettings> & { clock?: FakeClock } = {},
): GlobalSession {
  return new GlobalSession({
    store: store.openFor(process),
    files: catalogueOf([
      { type: workerType, source },
      { type: sessionType, source },
    ]),
    directory: new FakeDirectory(),
    holders: new FakeHolders(),
    clock,
    random: new SeededRandom(process),
    tracer: noTracer,
    meter: { failed: () => undefined, tookOver: () => undefined },
    report: () => undefined,
    publicUrl: () => 'https://muster.example',
    settings: { ...defaultAdmissionSettings, ...settings },
  });
}
