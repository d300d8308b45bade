import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeId } from '@muster/contracts';
import { afterAll, describe, expect, it } from 'vitest';
import { readDeclaredNode } from '../declared-node.js';
import { describeNode, type FoundHardware } from '../describe-node.js';
import { findHardware } from './node-description.js';
import { parseGpus } from '../nvidia-smi.js';

const folder = mkdtempSync(join(tmpdir(), 'muster-hardware-'));
afterAll(() => rmSync(folder, { recursive: true }));

function nodeFile(text: string): string {
  const path = join(folder, 'node.yaml');
  writeFileSync(path, text);
  return path;
}

const found: FoundHardware = {
  hostName: 'bench-7',
  capacity: { cpuMillis: 8000, memoryBytes: 16e9, diskBytes: 1e12, ports: 100 },
  gpus: [],
  os: { family: 'linux', build: '6.1' },
  arch: 'amd64',
  images: [],
  backend: 'process',
};

const amounts = (changed: object): object => Object.assign({}, found.capacity, changed);

describe('the hardware of a node', () => {
  it('is found on this computer', async () => {
    const { capacity, os, arch } = await findHardware(folder, 10);
    expect(Object.values(capacity).every((amount) => amount > 0)).toBe(true);
    expect(['linux', 'macos', 'windows']).toContain(os.family);
    expect(['amd64', 'arm64']).toContain(arch);
  });

  it('has the cards that nvidia-smi names, whatever it says besides', () => {
    const csv = 'GPU-5a1b, NVIDIA H100 PCIe, 81559\nGPU-77, NVIDIA RTX A4000, 16376 MiB\nNo devices were found\n\n';
    expect(parseGpus(csv)).toEqual([
      {
        id: 'GPU-5a1b',
        vendor: 'nvidia',
        model: 'NVIDIA H100 PCIe',
        memoryBytes: 81559 * 1024 ** 2,
        sharing: 'none',
        slots: 1,
      },
      {
        id: 'GPU-77',
        vendor: 'nvidia',
        model: 'NVIDIA RTX A4000',
        memoryBytes: 16376 * 1024 ** 2,
        sharing: 'none',
        slots: 1,
      },
    ]);
  });

  it('is what a node file declares, then what was found, less what is kept for the system', async () => {
    const declared = await readDeclaredNode(
      nodeFile(`
name: gpu-a
capacity: { cpuMillis: 4000 }
reserved: { cpuMillis: 500 }
gpus: [{ id: GPU-1, vendor: nvidia, model: A100, memoryBytes: 80000000000, sharing: time-slice, slots: 4 }]
os: { family: windows, build: 10.0.20348 }
labels: { zone: a }
pools: [gpu]
`),
    );
    const options = { nodeId: 'nod_1' as NodeId, reserved: { memoryBytes: 1e9 } };
    expect(describeNode(options, found, declared)).toEqual({
      id: 'nod_1',
      name: 'gpu-a',
      capacity: amounts({ cpuMillis: 4000 }),
      allocatable: amounts({ cpuMillis: 3500, memoryBytes: 15e9 }),
      gpus: [{ id: 'GPU-1', vendor: 'nvidia', model: 'A100', memoryBytes: 8e10, sharing: 'time-slice', slots: 4 }],
      os: { family: 'windows', build: '10.0.20348' },
      arch: 'amd64',
      labels: { zone: 'a' },
      pools: ['gpu'],
      images: [],
      backend: 'process',
    });
  });

  it('is refused where a node file is wrong, with its name and each wrong member', async () => {
    const path = nodeFile('{ colour: red, capacity: { cpuMillis: -1 } }');
    await expect(readDeclaredNode(path)).rejects.toThrow(
      new RegExp(`node file ${path}: .*(capacity.cpuMillis.*colour|colour.*capacity.cpuMillis)`),
    );
    await expect(readDeclaredNode(join(folder, 'none.yaml'))).rejects.toThrow('cannot be read');
  });
});
