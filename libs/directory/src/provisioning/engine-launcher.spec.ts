import type { InstallationId, NodeId } from '@muster/contracts';
import { BackendUnavailable } from '@muster/orchestrator';
import { FakeBackend, FakeEngine, SeededRandom } from '@muster/testing';
import { describe, expect, it } from 'vitest';
import { EngineLauncher } from './engine-launcher.js';
import type { ServiceToLaunch } from './service-launcher.js';

const installationId = 'ins_1' as InstallationId;
const service: ServiceToLaunch = { name: 'host-b', program: 'local-directory', environment: {} };
const booking = { amounts: { cpuMillis: 0, memoryBytes: 0, diskBytes: 0, ports: 0 }, gpus: [], hostPorts: [] };

/** Of an engine that is away as often as its back end is opened. */
function launcherOn(engine: FakeEngine, away = 0) {
  const errors: unknown[] = [];
  let opened = 0;
  const launcher = new EngineLauncher({
    open: async () => {
      opened += 1;
      if (opened <= away) throw new BackendUnavailable('the engine is away');
      return new FakeBackend(engine);
    },
    installationId,
    nodeId: 'engine-b' as NodeId,
    specOf: ({ program, environment }) => ({ run: { command: [program] }, env: environment, booking, graceMs: 1000 }),
    random: new SeededRandom(),
    onError: (_, error) => errors.push(error),
  });
  return { launcher, errors, timesOpened: () => opened };
}

const running = (engine: FakeEngine) => engine.list({ installationId }).filter(({ state }) => state !== 'exited');

describe('services on an engine that may be away', () => {
  it('show as ended, with the reason, until it answers; then it is opened once', async () => {
    const engine = new FakeEngine();
    const { launcher, errors, timesOpened } = launcherOn(engine, 1);
    expect(await launcher.launch(service).ended).toEqual({ code: null, signal: null });
    expect(errors).toEqual([expect.any(BackendUnavailable)]);
    launcher.launch(service);
    await expect.poll(() => running(engine).length).toBe(1);
    await launcher.launch(service).stop(0);
    expect([running(engine).length, timesOpened()]).toEqual([0, 2]);
  });

  it('can be stopped though it never answered', async () => {
    const { launcher, errors } = launcherOn(new FakeEngine(), 9);
    await launcher.launch(service).stop(1000);
    await launcher.close();
    expect(errors).toEqual([expect.any(BackendUnavailable)]);
  });

  it('keep nobody from stopping when it goes away', async () => {
    const engine = new FakeEngine();
    const { launcher, errors } = launcherOn(engine);
    const launched = launcher.launch(service);
    await expect.poll(() => running(engine).length).toBe(1);
    engine.goDown();
    await launched.stop(1000);
    await launcher.close();
    expect(errors.length).toBeGreaterThan(0);
  });
});
