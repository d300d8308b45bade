import type { InstallationId, NodeId } from '@muster/contracts';
import { BackendUnavailable } from '@muster/orchestrator';
import { FakeBackend, FakeEngine, SeededRandom } from '@muster/testing';
import { describe, expect, it } from 'vitest';
import { BackendLauncher } from './backend-launcher.js';
import type { ServiceToLaunch } from './service-launcher.js';

const installationId = 'ins_1' as InstallationId;
const service: ServiceToLaunch = { name: 'host-b', program: 'local-directory', environment: { A: 'b' } };
const booking = { amounts: { cpuMillis: 0, memoryBytes: 0, diskBytes: 0, ports: 0 }, gpus: [], hostPorts: [] };

function launcherOn(engine: FakeEngine, errors: unknown[] = []): BackendLauncher {
  return new BackendLauncher({
    backend: new FakeBackend(engine),
    installationId,
    nodeId: 'nod_engine' as NodeId,
    specOf: ({ program, environment }) => ({ run: { command: [program] }, env: environment, booking, graceMs: 1000 }),
    random: new SeededRandom(),
    onError: (_, error) => errors.push(error),
  });
}

const running = (engine: FakeEngine) => engine.list({ installationId }).filter(({ state }) => state !== 'exited');

/** Resolves when as many run. */
async function untilRunning(engine: FakeEngine, count: number): Promise<ReturnType<typeof running>> {
  await expect.poll(() => running(engine).length).toBe(count);
  return running(engine);
}

describe('our services as workloads of a back end', () => {
  it('run under their name, and end when they are asked to', async () => {
    const engine = new FakeEngine();
    const launched = launcherOn(engine).launch(service);
    const [workload] = await untilRunning(engine, 1);
    expect(workload).toMatchObject({ kind: 'local-directory', ownership: { installationId, role: 'host-b' } });
    await launched.stop(1000);
    expect(running(engine)).toEqual([]);
    expect(await launched.ended).toEqual(expect.objectContaining({ code: expect.anything() }));
  });

  it('are taken over after our restart: nothing is started twice', async () => {
    const engine = new FakeEngine();
    const before = launcherOn(engine).launch(service);
    await untilRunning(engine, 1);
    await launcherOn(engine).launch(service).stop(0);
    expect(await before.ended).toEqual({ code: 0, signal: null, outputTail: '' });
    expect(engine.list({ installationId }).length).toBe(1);
  });

  it('show as ended when they cannot be started, with the reason', async () => {
    const engine = new FakeEngine();
    const errors: unknown[] = [];
    engine.goDown();
    expect(await launcherOn(engine, errors).launch(service).ended).toEqual({ code: null, signal: null });
    expect(errors).toEqual([expect.any(BackendUnavailable)]);
  });

  it('leave nothing when they are stopped in the middle of their start', async () => {
    const engine = new FakeEngine();
    engine.whenStarting(() => ({ start: 'slow' }));
    const launched = launcherOn(engine).launch(service);
    await launched.stop(0);
    expect(running(engine)).toEqual([]);
  });
});
