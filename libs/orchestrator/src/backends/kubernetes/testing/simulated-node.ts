import type { V1Node } from '@kubernetes/client-node';

const time = { 'nvidia.com/gpu.sharing-strategy': 'time-slicing', 'nvidia.com/gpu.replicas': '4' };
const mps = { 'nvidia.com/gpu.sharing-strategy': 'mps', 'nvidia.com/gpu.replicas': '4' };
const a10 = { 'nvidia.com/gpu.count': '2', 'nvidia.com/gpu.memory': '24576', 'nvidia.com/gpu.product': 'NVIDIA-A10' };
const a100 = {
  'nvidia.com/mig.strategy': 'mixed',
  'nvidia.com/gpu.product': 'NVIDIA-A100-SXM4-40GB',
  'nvidia.com/gpu.memory': '40960',
  'nvidia.com/mig-1g.5gb.product': 'NVIDIA-A100-SXM4-40GB-MIG-1g.5gb',
  'nvidia.com/mig-1g.5gb.count': '3',
  'nvidia.com/mig-1g.5gb.memory': '4864',
};
const build = (number: string): Record<string, string> => ({ 'node.kubernetes.io/windows-build': number });

interface Kind {
  readonly labels?: Record<string, string>;
  readonly resources?: Record<string, string>;
  readonly windows?: boolean;
}

/** Nodes as they look with NVIDIA's device plugin and feature discovery, or with Windows. */
const kinds = {
  linux: {},
  'windows-2019': { windows: true, labels: build('10.0.17763') },
  'windows-2022': { windows: true, labels: build('10.0.20348') },
  gpu: { labels: a10, resources: { 'nvidia.com/gpu': '2' } },
  'time-slice': { labels: { ...a10, ...time }, resources: { 'nvidia.com/gpu.shared': '8' } },
  mps: {
    labels: { ...a10, ...mps, 'nvidia.com/gpu.product': 'NVIDIA-A10-SHARED' },
    resources: { 'nvidia.com/gpu': '8' },
  },
  mig: { labels: a100, resources: { 'nvidia.com/mig-1g.5gb': '3' } },
} satisfies Record<string, Kind>;

export type SimulatedKind = keyof typeof kinds;

/** A node without a kubelet: kwok keeps it ready and lets its pods seem to run. 16 cores, 64 GiB, 200 GiB of disk. */
export function simulatedNode(name: string, kind: SimulatedKind): V1Node {
  const { labels, resources, windows = false }: Kind = kinds[kind];
  const os = windows ? 'windows' : 'linux';
  const amounts = { cpu: '16', memory: '64Gi', pods: '110', 'ephemeral-storage': '200Gi', ...resources };
  return {
    metadata: {
      name,
      annotations: { 'kwok.x-k8s.io/node': 'fake' },
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': os,
        'kubernetes.io/arch': 'amd64',
        'node.kubernetes.io/fake': 'true',
        ...labels,
      },
    },
    spec: { taints: windows ? [{ key: 'os', value: 'windows', effect: 'NoSchedule' }] : [] },
    status: {
      allocatable: amounts,
      capacity: amounts,
      nodeInfo: { ...unknown, operatingSystem: os, architecture: 'amd64' },
    },
  };
}

const unknown = {
  kubeletVersion: 'fake',
  osImage: 'fake',
  kernelVersion: '',
  containerRuntimeVersion: '',
  bootID: '',
  machineID: '',
  systemUUID: '',
  kubeProxyVersion: '',
};
