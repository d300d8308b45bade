import { statfs } from 'node:fs/promises';
import { arch, availableParallelism, hostname, platform, release, totalmem } from 'node:os';
import type { OsFamily } from '@muster/contracts';
import type { FoundHardware } from '../describe-node.js';
import { findGpus } from '../nvidia-smi.js';

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
    images: [],
    backend: 'process',
  };
}

export function osFamilyOf(name: NodeJS.Platform): OsFamily {
  if (name === 'win32') return 'windows';
  return name === 'darwin' ? 'macos' : 'linux';
}
