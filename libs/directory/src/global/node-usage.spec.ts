import { describe, expect, it } from 'vitest';
import { emptyNode, takeBooking } from '@muster/placement';
import { aNode } from '@muster/testing';
import { usageOf } from './node-usage.js';

const card = { memoryBytes: 80_000, sharing: 'mps', slots: 4 } as const;
const node = aNode('nod_1')
  .withAmounts({ cpuMillis: 4000, memoryBytes: 1000 })
  .withGpus(1, card)
  .withGpus(1, { ...card, foreignSlots: 1 })
  .describe();
const amounts = { cpuMillis: 1500, memoryBytes: 400, diskBytes: 0, ports: 1 };
const gpus = [{ deviceId: 'gpu-0', slots: 2, memoryBytes: 40_000, exclusive: false }];

describe('the use of a node', () => {
  it('is what workloads may have of it, without what others have, and what they have', () => {
    expect(usageOf(takeBooking(emptyNode(node), { amounts, gpus }))).toEqual({
      node: 'nod_1',
      name: node.name,
      state: 'ready',
      allocatable: { cpuMillis: 4000, memoryBytes: 1000, gpuSlots: 7, gpuMemoryBytes: 140_000 },
      booked: { cpuMillis: 1500, memoryBytes: 400, gpuSlots: 2, gpuMemoryBytes: 40_000 },
    });
  });

  it('is nothing where nothing is booked', () => {
    expect(usageOf(emptyNode(node)).booked).toEqual({ cpuMillis: 0, memoryBytes: 0, gpuSlots: 0, gpuMemoryBytes: 0 });
  });
});
