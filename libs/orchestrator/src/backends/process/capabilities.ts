import type { OsFamily } from '@muster/contracts';
import type { Capabilities } from '../../contract/capabilities.js';

const everywhere = [
  'Workloads run as the user of the local directory and can see and hurt each other and the host.',
  'CPU, memory and disk are booked, but no limit is enforced; running out of memory shows as signal SIGKILL.',
  'A program that leaves its process group (setsid) is not ended with its workload.',
];

const perFamily: Record<OsFamily, readonly string[]> = {
  linux: [],
  macos: ['Programs that a dead workload left behind are not found after the death of the keeper.'],
  windows: [
    'There is no polite end: SIGTERM ends the process tree at once, whatever the grace.',
    'After the death of the keeper, its workloads are reported lost, and their processes may go on.',
  ],
};

export function processCapabilities(osFamily: OsFamily, endedKept: number): Capabilities {
  return {
    backend: 'process',
    runs: ['command', 'module'],
    isolates: false,
    ownNetwork: false,
    ownAddress: false,
    probes: false,
    ownFiles: false,
    enforcesCpu: false,
    enforcesMemory: false,
    enforcesDisk: false,
    boundsProcesses: false,
    survivesRestart: true,
    followsLogs: true,
    shortensGrace: true,
    separatesStreams: true,
    countsDroppedOutput: true,
    osFamilies: [osFamily],
    gpuWays: ['environment'],
    endedKept,
    limitations: [...everywhere, ...perFamily[osFamily]],
  };
}
