import type { OsFamily } from '@muster/contracts';
import type { Capabilities } from '../../contract/capabilities.js';
import type { EngineInfo } from './docker-api.js';

const everywhere = [
  'A program that exits with 128 + the number of a signal is taken for killed by it.',
  'Output that was dropped is not counted. It is bounded for both streams together, and kept in halves.',
  'The files of secrets and mounts are on the host of the engine, and must be readable for the user of the image.',
  'Credential helpers of the Docker client configuration are not run.',
  'A container that somebody else removes while it runs is reported lost.',
];

const perFamily: Record<OsFamily, readonly string[]> = {
  linux: [
    'Scratch space and /tmp are memory of the node, bounded, and count against the memory limit of their workload.',
  ],
  macos: [],
  windows: ['There is no bound on processes and disk, and the file system of the image can be written.'],
};

/** Facts of an engine: it may run on a kernel that enforces less. */
export function dockerCapabilities(
  engine: Pick<EngineInfo, 'MemoryLimit' | 'CpuCfsQuota' | 'PidsLimit'>,
  osFamily: OsFamily,
  endedKept: number,
): Capabilities {
  const isWindows = osFamily === 'windows';
  return {
    backend: 'docker',
    runs: ['image'],
    isolates: true,
    ownNetwork: true,
    ownAddress: false,
    probes: false,
    ownFiles: true,
    enforcesCpu: isWindows || engine.CpuCfsQuota,
    enforcesMemory: isWindows || engine.MemoryLimit,
    enforcesDisk: !isWindows,
    boundsProcesses: !isWindows && engine.PidsLimit,
    survivesRestart: true,
    followsLogs: true,
    shortensGrace: true,
    separatesStreams: true,
    countsDroppedOutput: false,
    osFamilies: [osFamily],
    gpuWays: ['device-request'],
    endedKept,
    limitations: [...everywhere, ...perFamily[osFamily]],
  };
}
