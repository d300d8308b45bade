import type { WorkloadId } from '@muster/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BackendUnavailable, ImageUnavailable, InvalidSpec, NoCapacity } from '../../contract/errors.js';
import type { OpenedBackend } from '../../contract/orchestrator-backend.js';
import type { WorkloadEvent } from '../../contract/workload-event.js';
import type { WorkloadSpec } from '../../contract/workload-spec.js';
import { annotationsOf, labelsOf } from './pod-labels.js';
import { podName } from './pod-spec.js';
import { kubeconfig, KubernetesBench, line, never, probeImage, until } from './testing/kubernetes-bench.js';

describe.skipIf(kubeconfig === '')('the kubernetes back end in trouble', () => {
  const bench = new KubernetesBench();
  const amounts = { cpuMillis: 0, memoryBytes: 0, diskBytes: 0, ports: 0 };

  beforeAll(async () => {
    await bench.prepare();
  });
  afterEach(async () => {
    bench.proxy.delayMs = 0;
    await bench.proxy.stop();
    await bench.proxy.start();
  });
  afterAll(() => bench.clear());

  const owner = `${bench.installationId}/nod_1`;
  const nameOf = (id: WorkloadId): string => podName(owner, id);
  const inNamespace = (...args: string[]): Promise<string> => bench.kubectl([...args, '-n', bench.namespace]);
  const isExited = (status: { state: string } | undefined): boolean => status?.state === 'exited';
  const isRunning = (status: { state: string } | undefined): boolean => status?.state === 'running';
  const podsOf = async (id: WorkloadId): Promise<string> =>
    inNamespace('get', 'pods', '--field-selector', `metadata.name=${nameOf(id)}`, '-o', 'name');

  /** A pod that waits, made past us. */
  const makePod = (name: string, metadata: object, spec: object = {}, container: object = {}): Promise<void> =>
    bench.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: bench.namespace, ...metadata },
      spec: {
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: 1,
        securityContext: { runAsUser: 1000, runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'workload',
            image: probeImage,
            args: ['/bin/sleep', '600'],
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
            ...container,
          },
        ],
        ...spec,
      },
    });
  const asOurs = (spec: WorkloadSpec): object => ({
    labels: labelsOf(spec, owner, bench.nodeName),
    annotations: annotationsOf(spec),
  });
  const run = (image: string): Pick<WorkloadSpec, 'run'> => ({ run: { image: { linux: image } } });

  it('says at once that an image is not there where it is never pulled', async () => {
    const backend = await bench.open({ pull: 'never' });
    const spec = bench.spec({ do: 'wait' }, run('127.0.0.1:1/nobody/nothing:1'));
    await expect(backend.start(spec, never)).rejects.toThrow(ImageUnavailable);
    expect(await podsOf(spec.id)).toBe('');
  });

  it('says what is missing where a secret is not there', async () => {
    const backend = await bench.open();
    const spec = bench.spec({ do: 'wait' }, { secrets: [{ env: 'LICENCE_FILE', name: 'no-licence' }] });
    const starting = backend.start(spec, never);
    await expect(starting).rejects.toThrow(InvalidSpec);
    await expect(starting).rejects.toThrow('secret "no-licence" not found');
  });

  it('refuses an image that would run as root, where no other user is given', async () => {
    const backend = await bench.open({ runAsUser: undefined });
    await expect(backend.start(bench.spec({ do: 'wait' }), never)).rejects.toThrow(/InvalidSpec|run as root/);
  });

  it('leaves nothing of a start that is given up while the node waits for an image', async () => {
    const backend = await bench.open();
    const spec = bench.spec({ do: 'wait' }, run('127.0.0.1:1/nobody/nothing:1'));
    const abort = new AbortController();
    const starting = backend.start(spec, abort.signal);
    const rejected = expect(starting).rejects.toThrow('changed my mind');
    const waiting = await until(backend, spec, bench.installationId, (status) => status?.progress !== undefined);
    expect(waiting?.state).toBe('starting');
    abort.abort(new RangeError('changed my mind'));
    await rejected;
    expect(await backend.list({ installationId: bench.installationId, ids: [spec.id] })).toEqual([]);
    await expect.poll(() => podsOf(spec.id), { timeout: 20_000 }).toBe('');
  });

  it('places a workload elsewhere for which the scheduler finds no room, and leaves nothing of it', async () => {
    const backend = await bench.open();
    const booking = { amounts: { ...amounts, cpuMillis: 1e6 }, gpus: [], hostPorts: [] };
    const spec = bench.spec({ do: 'wait' }, { booking });
    await expect(backend.start(spec, never)).rejects.toThrow(NoCapacity);
    expect(await podsOf(spec.id)).toBe('');
  });

  it('places a workload elsewhere which the node refuses after the scheduler gave it, and leaves nothing of it', async () => {
    const backend = await bench.open();
    const spec = bench.spec({ do: 'wait' });
    const resources = { requests: { cpu: '1000' } };
    await makePod(nameOf(spec.id), asOurs(spec), { nodeName: bench.nodeName }, { resources });
    const starting = backend.start(spec, never);
    await expect(starting).rejects.toThrow(NoCapacity);
    await expect(starting).rejects.toThrow(/OutOfcpu/);
    expect(await podsOf(spec.id)).toBe('');
  });

  it('places a workload elsewhere where the quota of the namespace is used up', async () => {
    const backend = await bench.open();
    const quota = { metadata: { name: 'none', namespace: bench.namespace }, spec: { hard: { pods: '0' } } };
    await bench.apply({ apiVersion: 'v1', kind: 'ResourceQuota', ...quota });
    await inNamespace('wait', '--for=jsonpath={.status.hard.pods}=0', 'resourcequota/none');
    const starting = backend.start(bench.spec({ do: 'wait' }), never);
    await expect(starting).rejects.toThrow(/exceeded quota/);
    await expect(starting).rejects.toThrow(NoCapacity);
    await inNamespace('delete', 'resourcequota', 'none');
  });

  it('places a workload elsewhere whose name a stranger has, and leaves the stranger alone', async () => {
    const backend = await bench.open();
    const spec = bench.spec({ do: 'wait' });
    await makePod(nameOf(spec.id), { labels: { 'muster.dev/workload': spec.id } });
    await expect(backend.start(spec, never)).rejects.toThrow(NoCapacity);
    await backend.stop({ version: 1, backend: 'kubernetes', id: spec.id }, { graceMs: 0 });
    await backend.close({ workloads: 'end', graceMs: 0 });
    const deleted = '{.metadata.deletionTimestamp}';
    expect(await inNamespace('get', 'pod', nameOf(spec.id), '-o', `jsonpath=${deleted}`)).toBe('');
    await inNamespace('delete', 'pod', nameOf(spec.id), '--wait=false');
  });

  it.each([
    ['deleted by hand', (name: string) => inNamespace('delete', 'pod', name, '--wait=false')],
    [
      'evicted',
      (name: string) =>
        bench.create(`/api/v1/namespaces/${bench.namespace}/pods/${name}/eviction`, {
          apiVersion: 'policy/v1',
          kind: 'Eviction',
          metadata: { name, namespace: bench.namespace },
        }),
    ],
    ['taken out of the books', (name: string) => inNamespace('delete', 'pod', name, '--force', '--grace-period=0')],
  ])('tells the end of a pod that was %s, and does not start it again', async (_, remove) => {
    const backend = await bench.open();
    const spec = bench.spec({ do: 'wait' });
    const handle = await backend.start(spec, never);
    await line(backend, handle, 'ready');
    await remove(nameOf(spec.id));
    const ended = await until(backend, handle, bench.installationId, isExited);
    expect(ended?.exit?.reason).toMatch(/^(lost|signal)$/);
    await expect.poll(() => podsOf(spec.id), { timeout: 20_000 }).toBe('');
    expect((await backend.inspect(handle)).exit).toEqual(ended?.exit);
    await expect(backend.start(spec, never)).rejects.toThrow(InvalidSpec);
  });

  it('ends a workload that writes more than its scratch space, and says why', async () => {
    const backend = await bench.open();
    const write = `require('node:fs').writeFileSync('/scratch/own/large', Buffer.alloc(3e7)); setInterval(() => {}, 1e6)`;
    const handle = await backend.start(
      bench.spec(
        { do: 'wait' },
        {
          run: { image: { linux: probeImage }, command: ['node', '-e', write] },
          scratchDir: '/scratch/own',
          limits: { diskBytes: 1e6 },
        },
      ),
      never,
    );
    const ended = await until(backend, handle, bench.installationId, isExited);
    expect(ended?.exit?.outputTail).toMatch(/Evicted: .*scratch/);
  });

  it('says that the cluster is out of reach: when it is opened, and of each question while it is down', async () => {
    const backend = await bench.open();
    const handle = await backend.start(bench.spec({ do: 'wait' }), never);
    await bench.proxy.stop();
    await expect(bench.open()).rejects.toThrow(BackendUnavailable);
    const questions = [
      () => backend.nodes(),
      () => backend.start(bench.spec({ do: 'wait' }), never),
      () => backend.inspect(handle),
      () => backend.list({ installationId: bench.installationId }),
    ];
    for (const ask of questions)
      await expect(ask()).rejects.toMatchObject({ code: 'backend-unavailable', retryable: true });
    await bench.proxy.start();
    await expect.poll(() => backend.stop(handle, { graceMs: 0 }).then(() => 'stopped', String)).toBe('stopped');
    expect((await backend.inspect(handle)).exit?.reason).toBe('stopped');
  });

  it('knows what is true soon after a cluster that was away answers again', async () => {
    const backend = await bench.open();
    const handle = await backend.start(bench.spec({ do: 'wait' }), never);
    const stop = new AbortController();
    const filter = { installationId: bench.installationId, ids: [handle.id] };
    const events = backend.watch(filter, stop.signal)[Symbol.asyncIterator]();
    expect(await events.next()).toMatchObject({ value: { type: 'synced' } });
    await bench.proxy.stop();
    await inNamespace('delete', 'pod', nameOf(handle.id));
    await bench.proxy.start();
    const since = performance.now();
    const { value } = (await events.next()) as { value: WorkloadEvent };
    expect(value).toMatchObject({ type: 'synced', workloads: [{ id: handle.id, exit: { reason: 'lost' } }] });
    expect(performance.now() - since).toBeLessThan(5000);
    stop.abort();
  });

  it('bears a cluster that is slow', async () => {
    bench.proxy.delayMs = 300;
    const backend = await bench.open();
    const handle = await backend.start(bench.spec({ do: 'wait' }), never);
    await line(backend, handle, 'ready');
    await backend.stop(handle, { graceMs: 5000 });
    expect((await backend.inspect(handle)).exit).toMatchObject({ code: 0, reason: 'stopped' });
  });

  it('goes on following output where a connection broke, without a gap and without saying anything twice', async () => {
    const backend = await bench.open();
    const count = `let n = 0; setInterval(() => console.log('line ' + (n += 1)), 50)`;
    const handle = await backend.start(
      bench.spec({ do: 'wait' }, { run: { image: { linux: probeImage }, command: ['node', '-e', count] } }),
      never,
    );
    const seen: string[] = [];
    for await (const { text } of backend.logs(handle, { follow: true }, never)) {
      seen.push(text);
      if (seen.length % 20 === 0) bench.proxy.cut();
      if (seen.length === 60) break;
    }
    expect(seen).toEqual(Array.from({ length: 60 }, (_, index) => `line ${index + 1}`));
    await until(backend, handle, bench.installationId, isRunning);
    await backend.stop(handle, { graceMs: 0 });
  });

  it('bears 10 MB of output per second: its own memory stays, and who follows sees the end', async () => {
    const backend = await bench.open();
    const flood = `const line = 'x'.repeat(9999) + '\\n'; let n = 0;
      const timer = setInterval(() => {
        for (let i = 0; i < 100; i += 1) require('node:fs').writeSync(1, line);
        if ((n += 1) === 40) { clearInterval(timer); require('node:fs').writeSync(1, 'the end\\n'); }
      }, 100);`;
    const command = ['node', '-e', flood];
    const handle = await backend.start(
      bench.spec({ do: 'wait' }, { run: { image: { linux: probeImage }, command } }),
      never,
    );
    expect(await line(backend, handle, 'the end')).toBe('the end');
    await until(backend, handle, bench.installationId, isExited);
    const tail = [];
    for await (const { text } of backend.logs(handle, { follow: false, tailLines: 1 }, never)) tail.push(text);
    expect(tail).toEqual(['the end']);
    expect(process.memoryUsage().rss).toBeLessThan(400e6);
  });

  it('takes up a start that was asked for before our process died: one workload', async () => {
    const before = await bench.open();
    const spec = bench.spec({ do: 'wait' });
    void before.start(spec, never).catch(() => {});
    await until(before, spec, bench.installationId, (status) => status !== undefined);
    await before.close({ workloads: 'leave', graceMs: 0 });
    const backend = await bench.open();
    await line(backend, await backend.start(spec, never), 'ready');
    expect(await backend.list({ installationId: bench.installationId, ids: [spec.id] })).toHaveLength(1);
  });

  it('removes what was made for a start of which nobody has asked again', async () => {
    const spec = bench.spec({ do: 'wait' });
    await makePod(nameOf(spec.id), asOurs(spec), { schedulingGates: [{ name: 'muster.dev/never' }] });
    await bench.open({ housekeepingMs: 200 });
    await expect.poll(() => podsOf(spec.id), { timeout: 20_000 }).toBe('');
  });

  it('forgets the oldest ended workloads beyond its bound, says so, and still refuses their ids', async () => {
    const own = new KubernetesBench();
    await own.prepare();
    const backend: OpenedBackend = await own.open({ endedKept: 1, housekeepingMs: 200 });
    const seen: unknown[] = [];
    const stop = new AbortController();
    const watching = (async () => {
      for await (const event of backend.watch({ installationId: own.installationId }, stop.signal))
        if (event.type === 'removed') seen.push(event.id);
    })();
    const specs = [own.spec({ do: 'exit', code: 0 }), own.spec({ do: 'exit', code: 0 })] as const;
    for (const spec of specs) await until(backend, await backend.start(spec, never), own.installationId, isExited);
    await expect.poll(() => seen, { timeout: 20_000 }).toHaveLength(1);
    expect((await backend.list({ installationId: own.installationId })).map(({ id }) => id)).not.toEqual(seen);
    await expect(backend.start(specs[0], never)).rejects.toThrow(InvalidSpec);
    stop.abort();
    await watching;
    await own.clear();
  });
});
