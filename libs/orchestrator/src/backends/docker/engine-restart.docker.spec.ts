import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkloadEvent } from '../../contract/workload-event.js';
import { DockerBench, never } from './testing/docker-bench.js';
import { canStartEngine, OwnEngine } from './testing/own-engine.js';
import { smallImage } from './testing/small-image.js';

describe.runIf(canStartEngine)('a restart of the engine', () => {
  let engine: OwnEngine;

  beforeAll(async () => {
    engine = await new OwnEngine().start();
  });
  afterAll(async () => {
    await engine.remove();
  });

  it('ends its containers, which is known within 5 s after it answers, and starts none of them twice', async () => {
    const bench = new DockerBench(engine.url);
    const { Arch: arch } = await bench.engine.connect();
    await engine.load(smallImage({ arch, program: 'wait' }), 'waiting:1');
    const backend = await bench.open({ network: 'none' });
    const spec = bench.spec({ do: 'wait' }, { run: { image: { linux: 'waiting:1' } } });
    const handle = await backend.start(spec, never);
    const stop = new AbortController();
    const events = backend.watch({ installationId: bench.installationId }, stop.signal)[Symbol.asyncIterator]();
    const next = async (): Promise<WorkloadEvent> => (await events.next()).value as WorkloadEvent;
    expect(await next()).toMatchObject({ type: 'synced', workloads: [{ state: 'running' }] });

    await engine.stop();
    await engine.start();
    const since = performance.now();
    let event = await next();
    while (event.type !== 'synced') event = await next();
    expect(event).toMatchObject({ workloads: [{ id: handle.id, state: 'exited' }] });
    expect(performance.now() - since).toBeLessThan(5000);
    expect(await backend.start(spec, never)).toEqual(handle);
    expect(await backend.list({ installationId: bench.installationId })).toMatchObject([{ state: 'exited' }]);
    stop.abort();
    await bench.clear();
  });
});
