import type { HardwareBooking } from '@muster/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NoCapacity } from '../../contract/errors.js';
import type { ObservedNode } from '../../contract/observed-node.js';
import type { OpenedBackend } from '../../contract/orchestrator-backend.js';
import { podName } from './pod-spec.js';
import { kubeconfig, KubernetesBench, never } from './testing/kubernetes-bench.js';
import type { SimulatedKind } from './testing/simulated-node.js';
import { TestCluster } from './testing/test-cluster.js';

describe.skipIf(kubeconfig === '')('the kubernetes back end of a simulated node', () => {
  const bench = new KubernetesBench();
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await TestCluster.open();
    await bench.prepare();
  });
  afterAll(async () => {
    await bench.clear();
    await cluster.close();
  });

  /** Simulated nodes keep everybody away who does not ask for one. */
  const openOn = async (kind: SimulatedKind): Promise<{ backend: OpenedBackend; nodeName: string }> => {
    const node = await cluster.addNode(kind);
    const nodeName = node.metadata?.name ?? '';
    const tolerations = (node.spec?.taints ?? []).map(({ key, value, effect }) => `${key}=${value ?? ''}:${effect}`);
    return { backend: await bench.open({ nodeName, tolerations }), nodeName };
  };
  const booked = (gpus: HardwareBooking['gpus'], cpuMillis = 100): { booking: HardwareBooking } => ({
    booking: { amounts: { cpuMillis, memoryBytes: 1e8, diskBytes: 0, ports: 0 }, gpus, hostPorts: [] },
  });
  const podOf = async (id: string): Promise<{ spec: Record<string, unknown> }> => {
    const name = podName(`${bench.installationId}/nod_1`, id);
    return JSON.parse(await bench.kubectl(['get', 'pod', name, '-n', bench.namespace, '-o', 'json'])) as never;
  };

  it('shows what pods of others leave of the node, and why nothing new should go there', async () => {
    const { backend, nodeName } = await openOn('linux');
    const stop = new AbortController();
    const seen: ObservedNode[] = [];
    const watching = (async () => {
      for await (const nodes of backend.watchNodes(stop.signal)) seen.push(...nodes);
    })();
    await expect.poll(() => seen.length).toBe(1);
    const free = seen[0]?.description.allocatable.cpuMillis ?? 0;
    const pod = await cluster.addPod(nodeName, { cpu: '3', memory: '1Gi' });
    await expect.poll(() => seen.at(-1)?.description.allocatable.cpuMillis).toBe(free - 3000);
    await cluster.removePod(pod);
    await expect.poll(() => seen.at(-1)?.description.allocatable.cpuMillis).toBe(free);
    await backend.start(bench.spec({ do: 'wait' }), never);
    await cluster.changeNode(nodeName, { spec: { unschedulable: true } });
    await expect.poll(() => seen.at(-1)?.pressure).toBe('cordoned');
    expect((await backend.nodes())[0]?.name).toBe(nodeName);
    await expect(backend.start(bench.spec({ do: 'wait' }), never)).rejects.toThrow(NoCapacity);
    stop.abort();
    await watching;
  });

  it.each<[SimulatedKind, string]>([
    ['windows-2019', 'workers:ltsc2019'],
    ['windows-2022', 'workers:ltsc2022'],
  ])('runs on %s the image of that build, as the strictest rules allow it', async (kind, image) => {
    const { backend } = await openOn(kind);
    const images = { 'windows-10.0.17763': 'workers:ltsc2019', 'windows-10.0.20348': 'workers:ltsc2022' };
    const spec = bench.spec({ do: 'wait' }, { run: { image: images }, scratchDir: 'C:\\scratch' });
    const handle = await backend.start(spec, never);
    expect((await backend.inspect(handle)).state).toBe('running');
    expect(await podOf(spec.id)).toMatchObject({ spec: { os: { name: 'windows' }, containers: [{ image }] } });
  });

  it('gives a workload the slots of a shared GPU that it booked, and no more than there are', async () => {
    const { backend } = await openOn('time-slice');
    const [gpu] = (await backend.nodes())[0]?.gpus ?? [];
    expect(gpu).toMatchObject({ id: 'nvidia.com/gpu.shared/0', sharing: 'time-slice', slots: 4 });
    const two = booked([{ deviceId: gpu?.id ?? '', slots: 2, memoryBytes: 1e9, exclusive: false }]);
    const specs = Array.from({ length: 4 }, () => bench.spec({ do: 'wait' }, two));
    for (const spec of specs) await backend.start(spec, never);
    const container = { resources: { limits: { 'nvidia.com/gpu.shared': '2' } } };
    expect(await podOf(specs[0]?.id ?? '')).toMatchObject({ spec: { containers: [container] } });
    await expect(backend.start(bench.spec({ do: 'wait' }, two), never)).rejects.toThrow(NoCapacity);
  });
});
