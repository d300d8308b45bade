import type { WorkloadId } from '@muster/contracts';
import {
  BackendUnavailable,
  InvalidSpec,
  NoCapacity,
  orchestratorConformance,
  probeCommand,
  WorkloadNotFound,
  type ConformanceHarness,
  type ProbeBehaviour,
  type WorkloadSpec,
} from '@muster/orchestrator';
import { describe, expect, it } from 'vitest';
import { aNode } from './builders/node.builder.js';
import { FakeBackend } from './fake-backend.js';
import { FakeEngine, type FakeStart } from './fake-engine.js';
import type { FakeWorkload } from './fake-workload.js';

const { node } = aNode().build();
const engine = new FakeEngine({ nodes: [Object.assign(node, { backend: 'process' as const })] });
engine.whenStarting((spec) => play(spec));
let nextPort = 20_000;

const harness: ConformanceHarness = {
  open: async () => new FakeBackend(engine),
  run: (behaviour) => ({ command: probeCommand(behaviour) }),
  unknownProgram: { command: ['/nonexistent/program'] },
  mayAddToEnvironment: [],
  freePort: async () => (nextPort += 1),
  interrupt: async () => engine.interruptWatches(),
};

/** The probe of the conformance suite, played. */
function play(spec: WorkloadSpec): FakeStart {
  const [program, , , json = '{}'] = 'command' in spec.run ? (spec.run.command ?? []) : [];
  if (program !== 'node') return { start: new InvalidSpec(`there is no program ${program}`) };
  return { program: (workload) => probe(workload, JSON.parse(json) as ProbeBehaviour) };
}

function probe(workload: FakeWorkload, behaviour: ProbeBehaviour): void {
  if (behaviour.do === 'exit') {
    if (behaviour.stdout) workload.print(behaviour.stdout.replace(/\n$/, ''));
    if (behaviour.stderr) workload.print(behaviour.stderr.replace(/\n$/, ''), 'stderr');
    return workload.end({ code: behaviour.code });
  }
  if (behaviour.do === 'die') return workload.end({ signal: 'SIGKILL' });
  if (behaviour.do === 'print-environment') return workload.print(JSON.stringify(workload.spec.env));
  if (behaviour.do === 'ignore-term') workload.whenAskedToEnd(() => workload.print('ignored'));
  if (behaviour.do === 'listen') workload.print(`listening on ${workload.spec.booking.hostPorts[0]}`);
  if (behaviour.do === 'flood')
    for (let line = 0; line < behaviour.lines; line += 1) workload.print(String(line).padStart(99, '.'));
  workload.print('ready');
}

describe('the fake back end keeps the promises of the orchestrator contract: it', () => {
  for (const { name, run } of orchestratorConformance(harness)) it(name, (test) => run((why) => test.skip(why)));
});

describe('the knobs of the fake back end', () => {
  const never = new AbortController().signal;
  const id = 'probe-1' as WorkloadId;
  const filter = { installationId: 'ins_1' as never };
  const spec: WorkloadSpec = {
    id,
    kind: 'worker',
    ownership: { installationId: 'ins_1' as never, nodeId: 'nod_1' as never },
    run: { module: 'workers/field-solver' },
    env: {},
    booking: { amounts: { cpuMillis: 0, memoryBytes: 0, diskBytes: 0, ports: 0 }, gpus: [], hostPorts: [] },
    graceMs: 0,
  };

  it('make a start slow until it is let go', async () => {
    const backend = new FakeBackend();
    backend.engine.whenStarting(() => ({ start: 'slow' }));
    const starting = backend.start(spec, never);
    expect(await backend.list(filter)).toEqual([]);
    backend.engine.letStart(id);
    expect((await backend.inspect(await starting)).state).toBe('running');
  });

  it('let a start never come back until the caller gives up', async () => {
    const backend = new FakeBackend();
    backend.engine.whenStarting(() => ({ start: 'never' }));
    const giveUp = new AbortController();
    const starting = backend.start(spec, giveUp.signal);
    giveUp.abort(new RangeError('deadline'));
    await expect(starting).rejects.toThrow('deadline');
  });

  it('crash a workload at once, or when the test says so', async () => {
    const backend = new FakeBackend();
    const handle = await backend.start(spec, never);
    backend.engine.workload(id).end({ code: 1 });
    expect((await backend.inspect(handle)).exit).toMatchObject({ code: 1, reason: 'exit' });
  });

  it('refuse a start with a chosen error, fail the next calls, and take the engine away', async () => {
    const backend = new FakeBackend();
    backend.engine.whenStarting(() => ({ start: new NoCapacity('full') }));
    await expect(backend.start(spec, never)).rejects.toThrow(NoCapacity);
    backend.engine.failNext(1);
    await expect(backend.list(filter)).rejects.toThrow(BackendUnavailable);
    expect(await backend.list(filter)).toEqual([]);
    backend.engine.goDown();
    await expect(backend.list(filter)).rejects.toThrow(BackendUnavailable);
    backend.engine.comeBack();
    expect(await backend.list(filter)).toEqual([]);
  });

  it('forget a workload without a word', async () => {
    const backend = new FakeBackend();
    const handle = await backend.start(spec, never);
    backend.engine.forget(id);
    await expect(backend.inspect(handle)).rejects.toThrow(WorkloadNotFound);
  });
});
