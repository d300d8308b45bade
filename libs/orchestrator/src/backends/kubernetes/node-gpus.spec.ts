import type { GpuBooking, GpuDevice } from '@muster/contracts';
import { bookHardware, emptyNode, takeBooking } from '@muster/placement';
import { aNode } from '@muster/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gpuEnvironment, gpuResources } from './gpu-resources.js';
import { gpuDevices, type GpuFacts } from './node-gpus.js';

const mebibyte = 1024 ** 2;
const gib = 1024 ** 3;
const label = (name: string, values: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [`nvidia.com/${name}.${key}`, value]));

function devicesOf(facts: Partial<GpuFacts>): GpuDevice[] {
  return gpuDevices({ labels: {}, allocatable: {}, foreign: {}, own: new Map(), byClaim: false, ...facts });
}

const whole = { vendor: 'nvidia', model: 'NVIDIA-A10', memoryBytes: 24 * gib, sharing: 'none', slots: 1 };
const a10 = { product: 'NVIDIA-A10', memory: '24576', count: '2', replicas: '1', 'sharing-strategy': 'none' };
const sliced = { ...a10, product: 'NVIDIA-A10-SHARED', replicas: '4', 'sharing-strategy': 'time-slicing' };
const mig = {
  product: 'NVIDIA-A100-SXM4-40GB-MIG-1g.5gb',
  memory: '4864',
  count: '2',
  replicas: '1',
  'sharing-strategy': 'none',
};
const slice = {
  vendor: 'nvidia',
  model: 'NVIDIA-A100-SXM4-40GB-MIG-1g.5gb',
  memoryBytes: 4864 * mebibyte,
  sharing: 'mig',
  slots: 1,
};
const ids = (resource: string, count: number): { id: string }[] =>
  Array.from({ length: count }, (_, index) => ({ id: `nvidia.com/${resource}/${index}` }));
const all = (device: object, names: { id: string }[]): object[] => names.map(({ id }) => ({ id, ...device }));

describe('the cards of a node are', () => {
  const timeSliced = { ...whole, sharing: 'time-slice', slots: 4, fixedSlots: true };
  const cases: [string, Partial<GpuFacts>, object[]][] = [
    ['none without a device plugin', { labels: label('gpu', a10) }, []],
    ['none where it offers none', { labels: label('gpu', a10), allocatable: { 'nvidia.com/gpu': '0' } }, []],
    ['whole', { labels: label('gpu', a10), allocatable: { 'nvidia.com/gpu': '2' } }, all(whole, ids('gpu', 2))],
    [
      'as many as are healthy',
      { labels: label('gpu', a10), allocatable: { 'nvidia.com/gpu': '1' } },
      all(whole, ids('gpu', 1)),
    ],
    [
      'of unknown model and memory where feature discovery is not there',
      { allocatable: { 'nvidia.com/gpu': '1' } },
      all({ ...whole, model: 'NVIDIA-GPU', memoryBytes: 0 }, ids('gpu', 1)),
    ],
    [
      'time-sliced, under the old name',
      { labels: label('gpu', sliced), allocatable: { 'nvidia.com/gpu': '8' } },
      all(timeSliced, ids('gpu', 2)),
    ],
    [
      'time-sliced, renamed, with a stale name beside it',
      {
        labels: label('gpu', { ...sliced, product: 'NVIDIA-A10' }),
        allocatable: { 'nvidia.com/gpu': '0', 'nvidia.com/gpu.shared': '8' },
      },
      all(timeSliced, ids('gpu.shared', 2)),
    ],
    [
      'time-sliced, told by an older feature discovery',
      {
        labels: label('gpu', { product: 'NVIDIA-A10-SHARED', memory: '24576', count: '2', replicas: '4' }),
        allocatable: { 'nvidia.com/gpu': '8' },
      },
      all(timeSliced, ids('gpu', 2)),
    ],
    [
      'shared by MPS',
      {
        labels: label('gpu', { ...sliced, 'sharing-strategy': 'mps' }),
        allocatable: { 'nvidia.com/gpu': '8' },
      },
      all({ ...timeSliced, sharing: 'mps' }, ids('gpu', 2)),
    ],
    [
      'none that are shared by nobody knows how many',
      { allocatable: { 'nvidia.com/gpu.shared': '8' }, labels: label('gpu', a10) },
      [],
    ],
    [
      'slices of MIG, all of one profile',
      { labels: { ...label('gpu', mig), 'nvidia.com/mig.strategy': 'single' }, allocatable: { 'nvidia.com/gpu': '2' } },
      all(slice, ids('gpu', 2)),
    ],
    [
      'slices of MIG of several profiles, beside cards that are whole',
      {
        labels: { ...label('gpu', a10), ...label('mig-1g.5gb', mig) },
        allocatable: { 'nvidia.com/gpu': '1', 'nvidia.com/mig-1g.5gb': '2', 'nvidia.com/mig-3g.20gb': '1', cpu: '8' },
      },
      [
        ...all(whole, ids('gpu', 1)),
        ...all(slice, ids('mig-1g.5gb', 2)),
        // Without labels of its own, from the profile's name and the card's.
        ...all({ ...slice, model: 'NVIDIA-A10-MIG-3g.20gb', memoryBytes: 20 * gib }, ids('mig-3g.20gb', 1)),
      ],
    ],
    [
      'slices of MIG that are time-sliced',
      {
        labels: label('mig-1g.5gb', { ...mig, replicas: '2', 'sharing-strategy': 'time-slicing' }),
        allocatable: { 'nvidia.com/mig-1g.5gb.shared': '4' },
      },
      all({ ...slice, slots: 2, fixedSlots: true }, ids('mig-1g.5gb.shared', 2)),
    ],
    [
      'had by claims, where that is wanted and no plugin offers them',
      { labels: label('gpu', a10), byClaim: true },
      all(whole, [{ id: 'gpu.nvidia.com/0' }, { id: 'gpu.nvidia.com/1' }]),
    ],
    [
      'the plugin’s where both are there',
      { labels: label('gpu', a10), byClaim: true, allocatable: { 'nvidia.com/gpu': '2' } },
      all(whole, ids('gpu', 2)),
    ],
  ];
  it.each(cases)('%s', (_rule, facts, devices) => {
    expect(devicesOf(facts)).toEqual(devices);
  });
});

describe('what pods of others have', () => {
  it('is taken of the cards that ours do not have', () => {
    const facts = {
      labels: label('gpu', a10),
      allocatable: { 'nvidia.com/gpu': '2' },
      foreign: { 'nvidia.com/gpu': 1 },
    };
    const busy = (own: [string, number][]): (number | undefined)[] =>
      devicesOf({ ...facts, own: new Map(own) }).map(({ foreignSlots }) => foreignSlots);
    expect([busy([]), busy([['nvidia.com/gpu/1', 1]])]).toEqual([
      [undefined, 1],
      [1, undefined],
    ]);
  });

  it('lowers the slots of shared cards, which stay as large as they are', () => {
    const facts = {
      labels: label('gpu', sliced),
      allocatable: { 'nvidia.com/gpu': '8' },
      foreign: { 'nvidia.com/gpu': 5 },
    };
    expect(
      devicesOf({ ...facts, own: new Map([['nvidia.com/gpu/1', 2]]) }).map(({ slots, foreignSlots }) => [
        slots,
        foreignSlots,
      ]),
    ).toEqual([
      [4, 3],
      [4, 2],
    ]);
  });

  const slots = fc.integer({ min: 0, max: 4 });
  it('and what we have is never more than what is offered, however slots were booked', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 16 }),
        fc.integer({ min: 0, max: 20 }),
        fc.array(slots),
        (offered, foreign, own) => {
          const resource = 'nvidia.com/gpu';
          const ours = new Map(own.map((count, index) => [`${resource}/${index}`, count]));
          const gpus = devicesOf({
            labels: label('gpu', sliced),
            allocatable: { [resource]: String(offered) },
            foreign: { [resource]: foreign },
            own: ours,
          });
          const taken = gpus.reduce((sum, { foreignSlots = 0 }) => sum + foreignSlots, 0);
          const there = gpus.length * 4;
          expect(taken).toBe(Math.min(there, foreign + there - offered));
          expect(gpus.every(({ foreignSlots = 0 }) => foreignSlots >= 0 && foreignSlots <= 4)).toBe(true);
        },
      ),
    );
  });
});

describe('a pod asks the device plugin for', () => {
  const booking = (deviceId: string): GpuBooking => ({ deviceId, slots: 1, memoryBytes: gib, exclusive: false });
  it.each([
    ['nothing', [], {}],
    ['whole cards by their number', ['nvidia.com/gpu/0', 'nvidia.com/gpu/3'], { 'nvidia.com/gpu': '2' }],
    ['one slot', ['nvidia.com/gpu.shared/2'], { 'nvidia.com/gpu.shared': '1' }],
    ['a slice', ['nvidia.com/mig-1g.5gb/13'], { 'nvidia.com/mig-1g.5gb': '1' }],
    ['no card that it has by a claim', ['gpu.nvidia.com/0'], {}],
  ])('%s', (_rule, deviceIds, resources) => {
    expect(gpuResources(deviceIds.map(booking))).toEqual(resources);
  });

  it('no device that is not of a cluster’s node', () => {
    expect(() => gpuResources([booking('GPU-7')])).toThrow('GPU-7 is no GPU of a cluster');
  });

  it('and without a card, its image is told that it sees none', () => {
    expect([gpuEnvironment([]), gpuEnvironment([booking('nvidia.com/gpu/0')])]).toEqual([
      { NVIDIA_VISIBLE_DEVICES: 'void' },
      {},
    ]);
  });

  it('never more than there is: the pods of all that can be booked have together what the plugin offers', () => {
    const facts = {
      labels: label('gpu', sliced),
      allocatable: { 'nvidia.com/gpu': '8' },
      foreign: { 'nvidia.com/gpu': 3 },
    };
    let line = emptyNode(
      aNode()
        .onBackend('kubernetes')
        .with({ gpus: devicesOf(facts) })
        .describe(),
    );
    let pods = 0;
    for (;;) {
      const { booking: booked } = bookHardware(line, { gpu: { share: 0.2, memoryBytes: 6 * gib } });
      if (booked === undefined) break;
      expect(gpuResources(booked.gpus)).toEqual({ 'nvidia.com/gpu': '1' });
      line = takeBooking(line, booked);
      pods++;
    }
    expect([pods, bookHardware(line, { gpu: { share: 0.2, memoryBytes: 7 * gib } }).refusal?.text]).toEqual([
      5,
      'lack 7 GiB GPU memory (best has 0 bytes)',
    ]);
  });
});
