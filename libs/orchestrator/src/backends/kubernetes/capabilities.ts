import type { OsFamily } from '@muster/contracts';
import type { Capabilities } from '../../contract/capabilities.js';

const everywhere = [
  'Both streams of output are one, shown as standard output; how much of it is kept is the setting of the node.',
  'The output of a workload that was stopped is kept in memory only, its end at most 64 KiB; after our restart it is not there.',
  'A grace is rounded up to whole seconds, and is at least one; once given, nodes do not let a second stop shorten it.',
  'A program that exits with 128 + the number of a signal is taken for killed by it.',
  'Scratch space and /tmp are disk of the node; a workload that writes more than their size is ended after some seconds.',
  'How many processes a workload may have is the setting of the node.',
  'Secrets and mounts are Secrets and claims of the namespace, by the name that they have there.',
];

const perFamily: Record<OsFamily, readonly string[]> = {
  linux: [],
  macos: [],
  windows: ['The file system of the image can be written, and programs run as ContainerUser.'],
};

export function kubernetesCapabilities(
  osFamily: OsFamily,
  { endedKept, gpuClaims }: { endedKept: number; gpuClaims: boolean },
): Capabilities {
  return {
    backend: 'kubernetes',
    runs: ['image'],
    isolates: true,
    ownNetwork: true,
    ownAddress: true,
    probes: true,
    ownFiles: true,
    enforcesCpu: true,
    enforcesMemory: true,
    enforcesDisk: false,
    boundsProcesses: false,
    survivesRestart: true,
    followsLogs: true,
    shortensGrace: false,
    separatesStreams: false,
    countsDroppedOutput: false,
    osFamilies: [osFamily],
    gpuWays: ['device-plugin', ...(gpuClaims ? ['resource-claim' as const] : [])],
    endedKept,
    limitations: [...everywhere, ...perFamily[osFamily]],
  };
}
