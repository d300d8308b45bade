import { statfs } from 'node:fs/promises';
import { arch, availableParallelism, hostname, platform, release, totalmem } from 'node:os';
import type { Architecture, GpuDevice, HardwareAmounts, NodeDescription, OsFamily } from '@muster/contracts';
import type { DeclaredNode } from './declared-node.js';
import { findGpus } from './nvidia-smi.js';
import type { ProcessBackendOptions } from './options.js';

/** What was found out about this computer, before anything declared. */
export interface FoundHardware {
  readonly hostName: string;
  readonly capacity: HardwareAmounts;
  readonly gpus: GpuDevice[];
  readonly os: { family: OsFamily; build: string };
  readonly arch: Architecture;
}

export async function findHardware(stateDir: string, ports: number): Promise<FoundHardware> {
  const disk = await statfs(stateDir);
  return {
    hostName: hostname(),
    capacity: {
      cpuMillis: availableParallelism() * 1000,
      memoryBytes: Math.min(totalmem(), process.constrainedMemory() || Infinity),
      diskBytes: disk.bavail * disk.bsize,
      ports,
    },
    gpus: await findGpus(),
    os: { family: osFamilyOf(platform()), build: release() },
    arch: arch() === 'arm64' ? 'arm64' : 'amd64',
  };
}

export function osFamilyOf(name: NodeJS.Platform): OsFamily {
  if (name === 'win32') return 'windows';
  return name === 'darwin' ? 'macos' : 'linux';
}

/** The node as it is described to the directory: found, then declared, less what is kept for the system. */
export function describeNode(
  options: Pick<ProcessBackendOptions, 'nodeId' | 'nodeName' | 'reserved'>,
  found: FoundHardware,
  declared: DeclaredNode,
): NodeDescription {
  const capacity = Object.assign({}, found.capacity, given(declared.capacity));
  return {
    id: options.nodeId,
    name: declared.name ?? options.nodeName ?? found.hostName,
    capacity,
    allocatable: less(capacity, { ...options.reserved, ...given(declared.reserved) }),
    gpus: declared.gpus ?? found.gpus,
    os: declared.os ?? found.os,
    arch: declared.arch ?? found.arch,
    labels: declared.labels ?? {},
    pools: declared.pools ?? [],
    ...(declared.workerTypes && { workerTypes: declared.workerTypes }),
    images: [],
    backend: 'process',
  };
}

function given(amounts: Partial<HardwareAmounts> = {}): Partial<HardwareAmounts> {
  return Object.fromEntries(Object.entries(amounts).filter(([, amount]) => amount !== undefined));
}

function less(capacity: HardwareAmounts, reserved: Partial<HardwareAmounts>): HardwareAmounts {
  const left = (name: keyof HardwareAmounts): number => Math.max(0, capacity[name] - (reserved[name] ?? 0));
  return {
    cpuMillis: left('cpuMillis'),
    memoryBytes: left('memoryBytes'),
    diskBytes: left('diskBytes'),
    ports: left('ports'),
  };
}
