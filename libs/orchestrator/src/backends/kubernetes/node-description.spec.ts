import type { InstallationId } from '@muster/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NodeFactsOptions, nodeIdOf, observedNodeOf, podShareOf } from './node-description.js';
import type { ClusterNode, ClusterPod } from './node-objects.js';

const gib = 1024 ** 3;
const nodeId = nodeIdOf('fcc8cb46-ccc5-4b7d-86c2-398fbd316647');
const options: NodeFactsOptions = {
  nodeId,
  installationId: 'ins_1' as InstallationId,
  namespace: 'muster-sessions',
  portCount: 0,
  tolerations: [],
  gpuClaims: false,
};

function clusterNode(labels: Record<string, string> = {}, status: ClusterNode['status'] = {}): ClusterNode {
  return {
    metadata: { name: 'node-a', uid: 'fcc8cb46-ccc5-4b7d-86c2-398fbd316647', labels },
    status: {
      capacity: { cpu: '8', memory: '32Gi', 'ephemeral-storage': '200Gi', pods: '110' },
      allocatable: { cpu: '7500m', memory: '30Gi', 'ephemeral-storage': '180Gi', pods: '110' },
      conditions: [{ type: 'Ready', status: 'True' }],
      nodeInfo: { operatingSystem: 'linux', architecture: 'amd64', kernelVersion: '6.1.0-18-amd64' },
      ...status,
    },
  };
}

const ours = {
  'muster.dev/installation': 'ins_1',
  'muster.dev/node': nodeId,
  'muster.dev/kind': 'worker',
};

function pod(requests: Record<string, string>, metadata: ClusterPod['metadata'] = {}, phase = 'Running'): ClusterPod {
  return {
    metadata: { namespace: 'default', ...metadata },
    spec: { containers: [{ resources: { requests } }] },
    status: { phase },
  };
}

function observed(node: ClusterNode, pods: readonly ClusterPod[] = [], more: Partial<NodeFactsOptions> = {}) {
  const all = { ...options, ...more };
  return observedNodeOf(
    node,
    pods.flatMap((each) => podShareOf(each, all) ?? []),
    all,
  );
}

describe('a node of a cluster', () => {
  it('is described by what its kubelet says of it', () => {
    const labels = { 'kubernetes.io/os': 'linux', 'muster.dev/pool': 'batch.render' };
    const images = [
      { names: ['docker.io/library/node:24', 'docker.io/muster/workers@sha256:ab'] },
      { names: ['<none>@<none>', 'registry.example.org/app:1'] },
      {},
    ];
    expect(observed(clusterNode(labels, { images }), [], { portCount: 20 })).toEqual({
      description: {
        id: nodeId,
        name: 'node-a',
        capacity: { cpuMillis: 8000, memoryBytes: 32 * gib, diskBytes: 200 * gib, ports: 20 },
        allocatable: { cpuMillis: 7500, memoryBytes: 30 * gib, diskBytes: 180 * gib, ports: 20 },
        foreign: { cpuMillis: 0, memoryBytes: 0, diskBytes: 0, ports: 0 },
        gpus: [],
        os: { family: 'linux', build: '6.1.0-18-amd64' },
        arch: 'amd64',
        labels,
        pools: ['batch', 'render'],
        images: [
          'node:24',
          'muster/workers@sha256:ab',
          'registry.example.org/app:1',
          'docker.io/library/node:24',
          'docker.io/muster/workers@sha256:ab',
        ],
        backend: 'kubernetes',
      },
    });
  });

  it('keeps its id under its uid, and gets another one when it is made anew', () => {
    expect([nodeId, nodeIdOf('another')]).toEqual(['nod_253a896c436a97ffd606eaac', 'nod_ae448ac86c4e8e4dec645729']);
  });

  it.each([
    [{ 'node.kubernetes.io/windows-build': '10.0.20348' }, '10.0.20348.2113', '10.0.20348'],
    [{ 'node.kubernetes.io/windows-build': '10.0.17763' }, '', '10.0.17763'],
    [{}, '10.0.17763.1432', '10.0.17763'],
  ])('with Windows has the build that its containers need: %o', (labels, kernelVersion, build) => {
    const nodeInfo = { operatingSystem: 'windows', architecture: 'amd64', kernelVersion };
    expect(observed(clusterNode(labels, { nodeInfo })).description.os).toEqual({ family: 'windows', build });
  });

  it('of another architecture says so', () => {
    const nodeInfo = { operatingSystem: 'linux', architecture: 'arm64', kernelVersion: '' };
    const { arch, os } = observed(clusterNode({}, { nodeInfo })).description;
    expect({ arch, os }).toEqual({ arch: 'arm64', os: { family: 'linux' } });
  });

  it('with more labels than a description has keeps those that people set', () => {
    const found = Object.fromEntries(
      Array.from({ length: 120 }, (_, i) => [`feature.node.kubernetes.io/cpu-${i}`, 'true']),
    );
    const set = { 'zone.example.org/rack': '7', 'muster.dev/pool': 'a', 'nvidia.com/gpu.product': 'L4' };
    const { labels } = observed(clusterNode({ ...found, ...set })).description;
    expect([Object.keys(labels).length, labels]).toEqual([100, expect.objectContaining(set)]);
  });

  it('says what keeps new work from it', () => {
    expect(observed({ ...clusterNode(), spec: { unschedulable: true } }).pressure).toBe('cordoned');
  });
});

describe('what is left of a node', () => {
  const left = (pods: ClusterPod[]): number => observed(clusterNode(), pods).description.allocatable.cpuMillis;

  it('is without what pods of others ask for, also while they end', () => {
    const { allocatable, foreign } = observed(clusterNode(), [
      pod({ cpu: '1', memory: '2Gi', 'ephemeral-storage': '1Gi' }),
      pod({ cpu: '250m', memory: '1Gi' }, { namespace: 'kube-system' }),
    ]).description;
    expect({ allocatable, foreign }).toEqual({
      allocatable: { cpuMillis: 6250, memoryBytes: 27 * gib, diskBytes: 179 * gib, ports: 0 },
      foreign: { cpuMillis: 1250, memoryBytes: 3 * gib, diskBytes: gib, ports: 0 },
    });
  });

  it.each([
    ['counts our own workloads by their booking', { namespace: 'muster-sessions', labels: ours }, 'Running', 7500],
    ['does not count what has finished', {}, 'Succeeded', 7500],
    ['nor what has failed', {}, 'Failed', 7500],
    ['counts what has not begun', {}, 'Pending', 6500],
    ['counts what has our labels elsewhere', { labels: ours }, 'Running', 6500],
    [
      'counts workloads of another installation',
      { namespace: 'muster-sessions', labels: { ...ours, 'muster.dev/installation': 'ins_2' } },
      'Running',
      6500,
    ],
    [
      'counts workloads of the node that had this name before',
      { namespace: 'muster-sessions', labels: { ...ours, 'muster.dev/node': 'nod_0' } },
      'Running',
      6500,
    ],
    [
      'counts session services, which no node books',
      { namespace: 'muster-sessions', labels: { ...ours, 'muster.dev/kind': 'session-service' } },
      'Running',
      6500,
    ],
  ])('%s', (_rule, metadata, phase, cpuMillis) => {
    expect(left([pod({ cpu: '1' }, metadata, phase)])).toBe(cpuMillis);
  });

  it('lies under the cards that our own workloads booked', () => {
    const gpus = [{ deviceId: 'nvidia.com/gpu/1', slots: 1, memoryBytes: 1, exclusive: true }];
    const annotations = { 'muster.dev/booking': JSON.stringify({ gpus }) };
    const node = clusterNode({}, { allocatable: { 'nvidia.com/gpu': '2' } });
    const { description } = observed(node, [
      pod({ 'nvidia.com/gpu': '1' }, { namespace: 'muster-sessions', labels: ours, annotations }),
      pod({ 'nvidia.com/gpu': '1' }),
    ]);
    expect(description.gpus.map(({ id, foreignSlots }) => [id, foreignSlots])).toEqual([
      ['nvidia.com/gpu/0', 1],
      ['nvidia.com/gpu/1', undefined],
    ]);
  });

  it('is what is there less the sum of all requests, and never below nothing', () => {
    const requests = fc.record({ cpu: fc.integer({ min: 0, max: 3000 }), memory: fc.integer({ min: 0, max: 12 }) });
    fc.assert(
      fc.property(fc.array(requests, { maxLength: 20 }), (all) => {
        const pods = all.map(({ cpu, memory }) => pod({ cpu: `${cpu}m`, memory: `${memory}Gi` }));
        const sum = (of: 'cpu' | 'memory'): number => all.reduce((total, each) => total + each[of], 0);
        const { allocatable } = observed(clusterNode(), pods).description;
        expect(allocatable).toMatchObject({
          cpuMillis: Math.max(0, 7500 - sum('cpu')),
          memoryBytes: Math.max(0, 30 - sum('memory')) * gib,
        });
      }),
    );
  });
});
