import { join } from 'node:path';
import type { WorkloadId } from '@muster/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BackendUnavailable, InvalidSpec, NoCapacity } from '../../contract/errors.js';
import type { OpenedBackend } from '../../contract/orchestrator-backend.js';
import type { WorkloadEvent } from '../../contract/workload-event.js';
import { containerName } from './container-spec.js';
import { DockerBench, engineUrl, line, never, probeImage, until } from './testing/docker-bench.js';
import { EngineProxy } from './testing/engine-proxy.js';

describe('the docker back end in trouble', () => {
  let bench: DockerBench;
  let proxy: EngineProxy;
  const strangers: string[] = [];

  beforeEach(async () => {
    bench = new DockerBench();
    proxy = new EngineProxy(join(bench.folder, 'engine.sock'), engineUrl.replace('unix://', ''));
    await proxy.start();
  });
  afterEach(async () => {
    proxy.change = (piece) => piece;
    proxy.delayMs = 0;
    for (const id of strangers.splice(0)) await bench.engine.remove(id);
    await proxy.stop();
    await proxy.start();
    await bench.clear();
    await proxy.stop();
  });

  const open = (): Promise<OpenedBackend> => bench.open({ engine: { url: proxy.url } });
  const nameOf = (id: WorkloadId): string => containerName(`${bench.installationId}/nod_1`, id);
  const ourLabels = (id: WorkloadId): Record<string, string> => ({
    'dev.muster.owner': `${bench.installationId}/nod_1`,
    'dev.muster.id': id,
    'dev.muster.kind': 'worker',
    'dev.muster.booking': '{}',
  });
  const isExited = (status: { state: string } | undefined): boolean => status?.state === 'exited';
  const stranger = async (name: string, labels: Record<string, string> = {}): Promise<string> => {
    const id = await bench.engine.create(name, { Image: probeImage, Cmd: ['/bin/sleep', '600'], Labels: labels });
    strangers.push(id);
    await bench.engine.startContainer(id);
    return id;
  };

  it('says that the engine is out of reach: when it is opened, and of each question while it is down', async () => {
    const backend = await open();
    const handle = await backend.start(bench.spec({ do: 'wait' }), never);
    await proxy.stop();
    await expect(open()).rejects.toThrow(BackendUnavailable);
    const questions = [
      () => backend.nodes(),
      () => backend.start(bench.spec({ do: 'wait' }), never),
      () => backend.inspect(handle),
      () => backend.stop(handle, { graceMs: 0 }),
      () => backend.list({ installationId: bench.installationId }),
    ];
    for (const ask of questions)
      await expect(ask()).rejects.toMatchObject({ code: 'backend-unavailable', retryable: true });
    await proxy.start();
    await backend.stop(handle, { graceMs: 0 });
    expect((await backend.inspect(handle)).exit?.reason).toBe('stopped');
  });

  it('knows what is true within 5 s after an engine that was away answers again', async () => {
    const backend = await open();
    const handle = await backend.start(bench.spec({ do: 'wait' }), never);
    const stop = new AbortController();
    const events = backend.watch({ installationId: bench.installationId }, stop.signal)[Symbol.asyncIterator]();
    expect(await events.next()).toMatchObject({ value: { type: 'synced' } });
    await proxy.stop();
    await bench.engine.kill(nameOf(handle.id), 'SIGKILL');
    await bench.engine.waitForEnd(nameOf(handle.id), never);
    await proxy.start();
    const since = performance.now();
    const { value } = (await events.next()) as { value: WorkloadEvent };
    expect(value).toMatchObject({ type: 'synced', workloads: [{ id: handle.id, exit: { reason: 'signal' } }] });
    expect(performance.now() - since).toBeLessThan(5000);
    stop.abort();
  });

  it('takes a start whose answer was lost up again: one workload', async () => {
    const backend = await open();
    const spec = bench.spec({ do: 'wait' });
    proxy.change = (piece) => {
      if (/^HTTP\/1\.1 20[14]/.test(piece.toString('latin1'))) setImmediate(() => proxy.cut());
      return /^HTTP\/1\.1 20[14]/.test(piece.toString('latin1')) ? undefined : piece;
    };
    await expect(backend.start(spec, never)).rejects.toThrow(BackendUnavailable);
    await expect(backend.start(spec, never)).rejects.toThrow(BackendUnavailable);
    proxy.change = (piece) => piece;
    const handle = await backend.start(spec, never);
    expect(await line(backend, handle, 'ready')).toBe('ready');
    expect(await backend.list({ installationId: bench.installationId })).toHaveLength(1);
  });

  it('bears an engine that is slow', async () => {
    const backend = await open();
    proxy.delayMs = 300;
    const handle = await backend.start(bench.spec({ do: 'wait' }), never);
    await backend.stop(handle, { graceMs: 5000 });
    expect((await backend.inspect(handle)).exit).toMatchObject({ code: 0, reason: 'stopped' });
  });

  it('believes the order in which it sees events, not the clock of the engine', async () => {
    let shift = 0;
    proxy.change = (piece) =>
      Buffer.from(
        piece
          .toString('latin1')
          .replaceAll(/"time":1(\d{9}),"timeNano":1/g, () => `"time":${(shift += 1) % 2}000000000,"timeNano":2`),
        'latin1',
      );
    const backend = await open();
    const seen: string[] = [];
    const stop = new AbortController();
    const watching = (async () => {
      for await (const event of backend.watch({ installationId: bench.installationId }, stop.signal))
        if (event.type === 'changed') seen.push(event.workload.state);
    })();
    const handle = await backend.start(bench.spec({ do: 'wait' }), never);
    await until(backend, handle, bench.installationId, (status) => status?.state === 'running');
    await backend.stop(handle, { graceMs: 5000 });
    await expect.poll(() => seen.at(-1), { timeout: 10_000 }).toBe('exited');
    expect(shift).toBeGreaterThan(1);
    stop.abort();
    await watching;
  });

  it('places a workload elsewhere whose name a stranger has, and leaves the stranger alone', async () => {
    const backend = await open();
    const spec = bench.spec({ do: 'wait' });
    const id = await stranger(nameOf(spec.id), { 'dev.muster.id': spec.id });
    await expect(backend.start(spec, never)).rejects.toThrow(NoCapacity);
    await backend.stop({ version: 1, backend: 'docker', id: spec.id }, { graceMs: 0 });
    expect((await bench.engine.inspect(id)).State.Running).toBe(true);
  });

  it('tells the end of a container that was removed by hand, lost where nobody saw it, and does not start it again', async () => {
    const backend = await open();
    const spec = bench.spec({ do: 'wait' });
    const handle = await backend.start(spec, never);
    const ending = until(backend, handle, bench.installationId, isExited);
    await until(backend, handle, bench.installationId, (status) => status?.state === 'running');
    await bench.engine.remove(nameOf(spec.id));
    expect((await ending)?.exit?.reason).toMatch(/^(lost|signal)$/);
    await backend.list({ installationId: bench.installationId });
    await expect(backend.start(spec, never)).rejects.toThrow(InvalidSpec);
  });

  it('tells how a workload ended whose output the engine cannot read', async () => {
    const id = 'silent' as WorkloadId;
    const container = await bench.engine.create(nameOf(id), {
      Image: probeImage,
      Cmd: ['node', '-e', 'process.exit(5)'],
      Labels: ourLabels(id),
      HostConfig: { LogConfig: { Type: 'none', Config: {} } },
    });
    await bench.engine.startContainer(container);
    await bench.engine.waitForEnd(container, never);
    const backend = await open();
    const status = await backend.inspect({ version: 1, backend: 'docker', id });
    expect(status.exit).toMatchObject({ code: 5, reason: 'exit', outputTail: '' });
  });

  it('makes anew what was made, but never started, before our process died', async () => {
    const spec = bench.spec({ do: 'print-environment' }, { env: { TOKEN: 'new' } });
    await bench.engine.create(nameOf(spec.id), {
      Image: probeImage,
      Env: ['TOKEN=old'],
      Labels: ourLabels(spec.id),
    });
    const backend = await open();
    const handle = await backend.start(spec, never);
    expect(await line(backend, handle, '{')).toContain('"TOKEN":"new"');
  });

  it('bears 10 MB of output per second: what it keeps is bounded, and who follows sees the end', async () => {
    const backend = await open();
    const flood = `const line = 'x'.repeat(9999) + '\\n'; let n = 0;
      const timer = setInterval(() => {
        for (let i = 0; i < 100; i += 1) require('node:fs').writeSync(1, line);
        if ((n += 1) === 40) { clearInterval(timer); require('node:fs').writeSync(1, 'the end\\n'); }
      }, 100);`;
    const run = { image: { linux: probeImage }, command: ['node', '-e', flood] };
    const handle = await backend.start(bench.spec({ do: 'wait' }, { run, maxOutputBytes: 1e6 }), never);
    expect(await line(backend, handle, 'the end')).toBe('the end');
    const kept = [];
    for await (const { text } of backend.logs(handle, { follow: false }, never)) kept.push(text);
    expect(kept.at(-1)).toBe('the end');
    expect(kept.reduce((sum, text) => sum + text.length, 0)).toBeLessThan(1.1e6);
    expect(process.memoryUsage().rss).toBeLessThan(400e6);
  });

  it('touches nothing of others on the same engine, however like ours it looks', async () => {
    const theirs = await Promise.all([
      stranger(nameOf('w999' as WorkloadId)),
      stranger(nameOf('w998' as WorkloadId), {
        'dev.muster.installation': bench.installationId,
        'dev.muster.id': 'w998',
      }),
      stranger(`${bench.installationId}-other`, {
        'dev.muster.owner': `${bench.installationId}/nod_2`,
        'dev.muster.id': 'w1',
        'dev.muster.kind': 'worker',
        'dev.muster.booking': '{}',
      }),
    ]);
    const backend = await bench.open({ endedKept: 0, housekeepingMs: 20 });
    const handle = await backend.start(bench.spec({ do: 'exit', code: 0 }), never);
    await expect.poll(() => backend.inspect(handle).catch(() => 'forgotten'), { timeout: 20_000 }).toBe('forgotten');
    expect(await backend.list({ installationId: bench.installationId })).toEqual([]);
    await backend.close({ workloads: 'end', graceMs: 0 });
    const states = await Promise.all(theirs.map(async (id) => (await bench.engine.inspect(id)).State.Running));
    expect(states).toEqual([true, true, true]);
  });

  it('forgets the oldest ended workloads beyond its bound, says so, and still refuses their ids', async () => {
    const backend = await bench.open({ endedKept: 1, housekeepingMs: 50 });
    const seen: unknown[] = [];
    const stop = new AbortController();
    const watching = (async () => {
      for await (const event of backend.watch({ installationId: bench.installationId }, stop.signal))
        if (event.type === 'removed') seen.push(event.id);
    })();
    const specs = [bench.spec({ do: 'exit', code: 0 }), bench.spec({ do: 'exit', code: 0 })] as const;
    for (const spec of specs) await until(backend, await backend.start(spec, never), bench.installationId, isExited);
    await expect.poll(() => seen, { timeout: 20_000 }).toEqual([specs[0].id]);
    await expect(backend.start(specs[0], never)).rejects.toThrow(InvalidSpec);
    stop.abort();
    await watching;
  });
});
