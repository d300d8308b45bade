import { statfs } from 'node:fs/promises';
import type { HardwareAmounts } from '@muster/contracts';
import type { FoundHardware } from '../describe-node.js';
import { findGpus } from '../nvidia-smi.js';
import type { DockerApi, EngineInfo } from './docker-api.js';
import type { EnginePlatform } from './image-choice.js';

/** An engine's system; on a desktop of macOS or Windows it may be a virtual machine with Linux. */
export function platformOf({ Os, Arch, KernelVersion, OSVersion }: EngineInfo): EnginePlatform {
  const os = Os === 'windows' ? 'windows' : 'linux';
  const build = os === 'windows' ? (OSVersion ?? '').split('.').slice(0, 3).join('.') : (KernelVersion ?? '');
  return { os, build, arch: Arch };
}

export interface NodeSource {
  readonly api: DockerApi;
  /** On this computer: what cannot be asked of an engine is looked up here. */
  readonly isLocal: boolean;
  readonly stateDir: string;
  readonly portCount: number;
}

/** The engine's computer: what the engine says of it, and, only where it is this one, its disk and its cards. */
export async function findHardware({ api, isLocal, stateDir, portCount }: NodeSource): Promise<FoundHardware> {
  const [info, images] = await Promise.all([api.connect(), api.imageNames()]);
  const { os, build, arch } = platformOf(info);
  const capacity: HardwareAmounts = {
    cpuMillis: info.NCPU * 1000,
    memoryBytes: info.MemTotal,
    diskBytes: isLocal ? await freeDisk([info.DockerRootDir ?? stateDir, stateDir]) : 0,
    ports: portCount,
  };
  return {
    hostName: info.Name,
    capacity,
    gpus: isLocal ? await findGpus() : [],
    os: { family: os, build },
    arch: arch === 'arm64' ? 'arm64' : 'amd64',
    images: images.slice(0, 1000),
    backend: 'docker',
  };
}

async function freeDisk(folders: readonly string[]): Promise<number> {
  for (const folder of folders) {
    const disk = await statfs(folder).catch(() => undefined);
    if (disk !== undefined) return disk.bavail * disk.bsize;
  }
  return 0;
}
