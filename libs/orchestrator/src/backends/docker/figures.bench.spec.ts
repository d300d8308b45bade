import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenedBackend } from '../../contract/orchestrator-backend.js';
import type { WorkloadEvent } from '../../contract/workload-event.js';
import type { WorkloadSpec } from '../../contract/workload-spec.js';
import { containerName, containerOf, type ContainerImage } from './container-spec.js';
import type { ContainerSpec } from './docker-api.js';
import { readFrames } from './log-frames.js';
import { dockerDefaults } from './options.js';
import { DockerBench, engineUrl, never, probeImage } from './testing/docker-bench.js';
import { EngineProxy } from './testing/engine-proxy.js';
import { inTurns, median, report, timed } from '@muster/testing';
import { canStartEngine, OwnEngine } from './testing/own-engine.js';
import { smallImage } from './testing/small-image.js';

const starts = 16;
const bursts = 8;
const atOnce = 50;
const gaps = 10;
const restarts = 3;
const restartBar = 'at most 5000, always (0 = before the test, which asks ten times a second, saw an answer)';

describe('figures of the docker back end beside those of the bare engine', () => {
  let bench: DockerBench;
  let backend: OpenedBackend;
  let image: ContainerImage;
  let watching: Promise<void>;
  const stop = new AbortController();

  /** Watched, as a local directory does it. */
  beforeAll(async () => {
    bench = new DockerBench();
    backend = await bench.open({ housekeepingMs: 3_600_000 });
    const { Id: id } = await bench.engine.image(probeImage);
    image = { reference: probeImage, id, digest: id, user: '', hasEntryPoint: false };
    watching = (async () => {
      for await (const _ of backend.watch({ installationId: bench.installationId }, stop.signal));
    })();
    await backend.start(bench.spec({ do: 'wait' }), never);
  });
  afterAll(async () => {
    stop.abort();
    await watching;
    await bench.clear();
  });

  const owner = (): string => `${bench.installationId}/nod_1`;
  const nameOf = ({ id }: WorkloadSpec): string => containerName(owner(), id);
  /** The very container that the back end makes of it, but for its owner: our watcher does not look at it. */
  const bodyOf = (spec: WorkloadSpec): ContainerSpec =>
    containerOf(spec, image, { ...dockerDefaults, owner: `${owner()}x`, osFamily: 'linux' });
  const byHand = async (spec: WorkloadSpec, body: ContainerSpec): Promise<void> =>
    bench.engine.startContainer(await bench.engine.create(nameOf(spec), body));
  const byBackend = (spec: WorkloadSpec): Promise<unknown> => backend.start(spec, never);
  /** One after the other: an engine that removes 50 at once may not answer for minutes. */
  const removed = async (specs: readonly WorkloadSpec[]): Promise<void> => {
    for (const spec of specs) await bench.engine.remove(nameOf(spec));
  };

  it('from the request to the first line of output', async () => {
    const toFirstLine = (start: (spec: WorkloadSpec) => Promise<unknown>) => async () => {
      const spec = bench.spec({ do: 'wait' });
      const ms = await timed(async () => {
        await start(spec);
        for await (const _ of readFrames(await bench.engine.logs(nameOf(spec), { follow: true }, never))) break;
      });
      await removed([spec]);
      return ms;
    };
    const values = await inTurns(starts, {
      'engine, the image alone': toFirstLine((spec) => {
        const { Image, Cmd } = bodyOf(spec);
        return byHand(spec, { Image, Cmd });
      }),
      'engine, the same container': toFirstLine((spec) => byHand(spec, bodyOf(spec))),
      'back end': toFirstLine(byBackend),
    });
    const bar = 1.15 * median(values['engine, the same container']);
    console.log(report('Start to first line, ms', values, `the back end's median is at most ${bar.toFixed(1)}`));
    expect(median(values['back end'])).toBeLessThanOrEqual(bar);
  }, 600_000);

  it(`of ${atOnce} at once`, async () => {
    const perSecond = (start: (spec: WorkloadSpec) => Promise<unknown>) => async () => {
      const specs = Array.from({ length: atOnce }, () => bench.spec({ do: 'wait' }));
      const ms = await timed(() => Promise.all(specs.map(start)));
      await removed(specs);
      return (1000 * atOnce) / ms;
    };
    const values = await inTurns(bursts, {
      'engine, the same container': perSecond((spec) => byHand(spec, bodyOf(spec))),
      'back end': perSecond(byBackend),
    });
    const bar = 0.9 * median(values['engine, the same container']);
    console.log(report(`${atOnce} at once, per second`, values, `the back end's median is at least ${bar.toFixed(1)}`));
    expect(median(values['back end'])).toBeGreaterThanOrEqual(bar);
  }, 900_000);

  it('from the first answer of an engine that was out of reach to the right state', async () => {
    const proxy = await new EngineProxy(join(bench.folder, 'cut.sock'), engineUrl.replace('unix://', '')).start();
    const cut = await bench.open({ engine: { url: proxy.url }, housekeepingMs: 3_600_000 });
    const values = await inTurns(gaps, {
      'event stream cut': async () => {
        const spec = bench.spec({ do: 'wait' });
        await cut.start(spec, never);
        return untilKnown(cut, spec, async () => {
          await proxy.stop();
          await bench.engine.kill(nameOf(spec), 'SIGKILL');
          await bench.engine.waitForEnd(nameOf(spec), never);
          await proxy.start();
        });
      },
    });
    await cut.close({ workloads: 'leave', graceMs: 0 });
    await proxy.stop();
    console.log(report('State right after the engine answers again, ms', values, 'at most 5000, always'));
    expect(Math.max(...values['event stream cut'])).toBeLessThanOrEqual(5000);
  }, 600_000);

  it.runIf(canStartEngine)(
    'from the first answer of an engine that was restarted to the right state',
    async () => {
      const engine = await new OwnEngine().start();
      const own = new DockerBench(engine.url);
      const { Arch: arch } = await own.engine.connect();
      await engine.load(smallImage({ arch, program: 'wait' }), 'waiting:1');
      const restarted = await own.open({ network: 'none' });
      const values = await inTurns(restarts, {
        'engine restarted': async () => {
          const spec = own.spec({ do: 'wait' }, { run: { image: { linux: 'waiting:1' } } });
          await restarted.start(spec, never);
          return untilKnown(restarted, spec, async () => {
            await engine.stop();
            await engine.start();
          });
        },
      });
      await own.clear();
      await engine.remove();
      console.log(report('State right after a restart of the engine, ms', values, restartBar));
      expect(Math.max(...values['engine restarted'])).toBeLessThanOrEqual(5000);
    },
    600_000,
  );
});

/** How long after `happens` a watcher is told all that is true, and so that the workload has ended. */
async function untilKnown(backend: OpenedBackend, spec: WorkloadSpec, happens: () => Promise<void>): Promise<number> {
  const stop = new AbortController();
  const events = backend.watch({ installationId: spec.ownership.installationId, ids: [spec.id] }, stop.signal);
  const next = events[Symbol.asyncIterator]();
  await next.next();
  await happens();
  const ms = await timed(async () => {
    while (!tellsAll((await next.next()).value as WorkloadEvent));
  });
  stop.abort();
  return ms;
}

function tellsAll(event: WorkloadEvent): boolean {
  return event.type === 'synced' && event.workloads.some(({ state }) => state === 'exited');
}
