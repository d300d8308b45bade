import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  HardwareRequest,
  InstallationId,
  PlacementAsk,
  ReserveAnswer,
  SessionId,
  WorkerId,
} from '@muster/contracts';
import { drainCollection, GlobalDirectory, type DrainDocument } from '@muster/directory';
import { createBackend, kubernetesNodeId, type OpenedBackend } from '@muster/orchestrator';
import { openStore, type DocumentStore } from '@muster/store';
import { DirectoryNetwork, FakeClock, SeededRandom, startNodeAgent, type NodeUnderTest } from '@muster/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimulatedKind } from '../../libs/orchestrator/src/backends/kubernetes/testing/simulated-node.js';
import { TestCluster } from '../../libs/orchestrator/src/backends/kubernetes/testing/test-cluster.js';
import { kubectl } from './cluster-system.js';

const kinds: readonly SimulatedKind[] = ['linux', 'windows-2019', 'windows-2022', 'gpu', 'time-slice', 'mps', 'mig'];
const installationId = 'ins_placement' as InstallationId;
const gibi = 2 ** 30;
const everywhere = { linux: 'a:linux', 'windows-10.0.17763': 'a:2019', 'windows-10.0.20348': 'a:2022' };
const configFile = process.env['KUBECONFIG'] ?? '';

let folder: string;
let store: DocumentStore;
let cluster: TestCluster;
let directory: GlobalDirectory;
const clock = new FakeClock();
const network = new DirectoryNetwork();
const backends: OpenedBackend[] = [];
const agents = new Map<string, NodeUnderTest>();
let asks = 0;

/** A real local directory with the real back end, for a node that has none because it is simulated. */
async function startNode(kind: SimulatedKind): Promise<void> {
  const node = await cluster.addNode(kind);
  const nodeName = node.metadata?.name ?? '';
  const nodeId = await kubernetesNodeId({ nodeName, configFile });
  const backend = await createBackend('kubernetes', {
    stateDir: join(folder, kind),
    installationId,
    nodeId,
    nodeName,
    namespace: cluster.namespace,
    configFile,
    tolerations: ['os=windows:NoSchedule'],
  });
  backends.push(backend);
  const [description] = await backend.nodes();
  const surroundings = {
    installationId,
    reach: 'address' as const,
    cpuCap: false,
    bindHost: '127.0.0.1',
    advertiseHost: '127.0.0.1',
    programsFolder: '/opt/muster',
    scratchRoot: '/scratch',
    mountFolders: {},
  };
  const parts = { backend, surroundings };
  agents.set(kind, await startNodeAgent({ description: description!, clock, network, instance: `svc_${kind}`, parts }));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-placement-'));
  store = await openStore({ dataDir: folder });
  cluster = await TestCluster.open();
  directory = new GlobalDirectory({
    calls: network.nodeCalls,
    drains: store.collection<DrainDocument>(drainCollection),
    clock,
    random: new SeededRandom('directory'),
    bookSettleMs: 0,
    decisionsKept: 0,
    onError: () => undefined,
  });
  network.directories.set('http://directory', directory);
  await directory.start();
  for (const kind of kinds) await startNode(kind);
  await clock.advance(0);
  await clock.advance(100);
});

afterAll(async () => {
  await Promise.all([...agents.values()].map(({ agent }) => agent.leave({ stopWorkloads: false })));
  await directory.stop();
  await Promise.all(backends.map((backend) => backend.close({ workloads: 'end', graceMs: 0 })));
  await cluster.close();
  await store.close();
  await rm(folder, { recursive: true });
});

/** Asks for one worker for each of these, all of them or none. */
async function reserve(hardware: readonly HardwareRequest[], image: Record<string, string>): Promise<ReserveAnswer> {
  const session = `ses_${(asks += 1)}` as SessionId;
  const items = hardware.map((each, index) => ({
    worker: `wrk_${asks}_${index}` as WorkerId,
    role: `role-${index}`,
    workerType: 'solver',
    incarnation: 1,
    hardware: Object.assign({ cpuMillis: 10, memoryBytes: 2 ** 20 }, each),
    images: image,
    runsAsProcess: false,
  }));
  const ask: PlacementAsk = { session, epoch: 1, items, reservationMs: 3_600_000 };
  return directory.reserve(ask);
}

/** Starts what was reserved; answers, for each, the kind of its node and its pod. */
async function started(answer: ReserveAnswer, image: Record<string, string>) {
  if (answer.verdict !== 'now') throw new TypeError(JSON.stringify(answer));
  return Promise.all(
    answer.placements.map(async ({ node, worker, nodeEpoch, booking }) => {
      const [kind, found] = [...agents].find(([, { identity }]) => identity.id === node)!;
      const fence = { session: `ses_${asks}` as SessionId, epoch: 1, worker, incarnation: 1 };
      const { workload } = await found.agent.startWorkload({
        nodeEpoch,
        fence,
        role: 'solver',
        workerType: 'solver',
        run: { image },
        env: {},
        secrets: {},
        mounts: [],
        graceMs: 0,
        startTimeoutMs: 60_000,
        reportTo: 'http://holder',
      });
      const selector = `muster.dev/workload=${workload}`;
      const text = await kubectl('get', 'pods', '-n', cluster.namespace, '-l', selector, '-o', 'json');
      const { items } = JSON.parse(text) as { items: PlacedPod[] };
      return { kind, booking, pod: items[0]! };
    }),
  );
}

interface PlacedPod {
  spec: { nodeName: string; os?: { name: string }; containers: { image: string; resources: { limits: object } }[] };
}

describe.skipIf(configFile === '')('on nodes of a cluster, placement', () => {
  it.each([
    ['linux', { family: 'linux' }, 'a:linux'],
    ['windows-2019', { family: 'windows', build: '10.0.17763' }, 'a:2019'],
    ['windows-2022', { family: 'windows', build: '10.0.20348' }, 'a:2022'],
  ] as const)('gives a worker for %s a node of that system, and its image', async (kind, os, image) => {
    const [placed] = await started(await reserve([{ os }], everywhere), everywhere);
    if (kind !== 'linux') expect(placed?.kind).toBe(kind);
    expect(placed?.kind.startsWith('windows')).toBe(kind !== 'linux');
    expect(placed?.pod.spec.nodeName).toContain(placed?.kind ?? '');
    expect(placed?.pod.spec.containers[0]?.image).toBe(image);
    expect(placed?.pod.spec.os?.name).toBe(os.family);
  });

  it('never gives an image for Linux to a node with Windows, whatever room there is', async () => {
    const image = { linux: 'a:linux' };
    const many = Array.from({ length: 12 }, () => ({ cpuMillis: 1000 }));
    const placed = await started(await reserve(many, image), image);
    expect(placed.filter(({ kind }) => kind.startsWith('windows'))).toEqual([]);
  });

  it('says which build of Windows is missing', async () => {
    const answer = await reserve([{ os: { family: 'windows' } }], { 'windows-10.0.26100': 'a:2025' });
    expect(answer.verdict).toBe('never');
    const { explanation } = answer as Extract<ReserveAnswer, { explanation: object }>;
    expect(explanation.reasons.map(({ text }) => text).join()).toMatch(
      /10\.0\.17763.*10\.0\.20348|10\.0\.20348.*10\.0\.17763/,
    );
  });

  it.each([
    ['time-slice', 'nvidia.com/gpu.shared'],
    ['mps', 'nvidia.com/gpu'],
  ])(
    'hands out the slots of cards shared by %s, each with its part of the memory, and no more',
    async (kind, resource) => {
      const image = { linux: 'a:linux' };
      const labels = {
        'kubernetes.io/hostname': agents.get(kind)!.agent.description.labels['kubernetes.io/hostname']!,
      };
      const slot = { gpu: { share: 0.25, memoryBytes: 6 * gibi }, labels };
      const tooMuch = await reserve([{ gpu: { share: 0.25, memoryBytes: 7 * gibi }, labels }], image);
      expect(tooMuch.verdict).toBe('never');
      const exclusive = await reserve([{ gpu: { count: 1, exclusive: true }, labels }], image);
      expect(exclusive.verdict).toBe('never');
      const placed = await started(
        await reserve(
          Array.from({ length: 8 }, () => slot),
          image,
        ),
        image,
      );
      for (const { pod } of placed) expect(pod.spec.containers[0]?.resources.limits).toMatchObject({ [resource]: '1' });
      expect((await reserve([slot], image)).verdict).toBe('later');
    },
  );

  it('gives whole cards to those who ask for them alone, and slices of MIG as devices of their own', async () => {
    const image = { linux: 'a:linux' };
    const whole = await started(await reserve([{ gpu: { count: 2, exclusive: true } }], image), image);
    expect(whole.map(({ kind }) => kind)).toEqual(['gpu']);
    expect(whole[0]?.pod.spec.containers[0]?.resources.limits).toMatchObject({ 'nvidia.com/gpu': '2' });
    const slices = Array.from({ length: 3 }, () => ({ gpu: { count: 1, memoryBytes: 4 * gibi, model: 'MIG' } }));
    const placed = await started(await reserve(slices, image), image);
    expect(placed.map(({ kind }) => kind)).toEqual(['mig', 'mig', 'mig']);
    for (const { pod } of placed)
      expect(pod.spec.containers[0]?.resources.limits).toMatchObject({ 'nvidia.com/mig-1g.5gb': '1' });
    expect((await reserve(slices.slice(0, 1), image)).verdict).toBe('later');
  });
});
