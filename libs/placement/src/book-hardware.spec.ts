import type { GpuRequest } from '@muster/contracts';
import { aNode, type NodeBuilder } from '@muster/testing';
import { describe, expect, it } from 'vitest';
import { bookHardware } from './book-hardware.js';
import { takeBooking } from './booked-node.js';

const gib = 1024 ** 3;
const card = (deviceId: string, slots: number, gibs: number, exclusive = false) => ({
  deviceId,
  slots,
  memoryBytes: gibs * gib,
  exclusive,
});
const whole = (deviceId: string, slots = 1) => card(deviceId, slots, 24, true);
const fixed = (sharing: 'mps' | 'time-slice' | 'mig', foreignSlots = 0) =>
  aNode().withGpus(1, { sharing, slots: 4, fixedSlots: true, foreignSlots });
const shared = (sharing: 'mps' | 'time-slice' | 'mig', slots = 10) => aNode().withGpus(1, { sharing, slots });

function gpusOf(node: NodeBuilder, gpu: GpuRequest) {
  const { booking, refusal } = bookHardware(node.build(), { gpu });
  return booking?.gpus ?? refusal?.text;
}

describe('booking hardware of one node', () => {
  it('books what was asked for and a port', () => {
    expect(bookHardware(aNode().build(), { cpuMillis: 500, memoryBytes: gib, diskBytes: 2 * gib, ports: 2 })).toEqual({
      booking: { amounts: { cpuMillis: 500, memoryBytes: gib, diskBytes: 2 * gib, ports: 3 }, gpus: [] },
    });
  });

  it('refuses with the first thing that is lacking and with what is left', () => {
    const node = aNode().booked({ cpuMillis: 7500 }).build();
    expect(bookHardware(node, { cpuMillis: 1000, diskBytes: 999 * gib })).toEqual({
      refusal: { filter: 'cpu', text: 'lack 1 CPU (best has 0.5)', free: node.free, gpus: [] },
    });
  });

  const table: [string, NodeBuilder, GpuRequest, unknown][] = [
    ['count takes whole cards', aNode().withGpus(2), { count: 2 }, [whole('gpu-0'), whole('gpu-1')]],
    ['neither count nor share is one whole card', aNode().withGpus(1), { memoryBytes: gib }, [whole('gpu-0')]],
    ['a whole card takes all slots', shared('mps'), { count: 1 }, [whole('gpu-0', 10)]],
    ['a share of 1 is a whole card', aNode().withGpus(1), { share: 1 }, [whole('gpu-0')]],
    ['a share takes its slots rounded up', shared('mps'), { share: 0.25 }, [card('gpu-0', 3, 6)]],
    [
      'but not by a rounding error',
      shared('mps'),
      { share: 0.3 },
      [{ ...card('gpu-0', 3, 0), memoryBytes: Math.ceil(0.3 * 24 * gib) }],
    ],
    [
      'a share has at least the memory asked for',
      shared('mps'),
      { share: 0.25, memoryBytes: 8 * gib },
      [card('gpu-0', 3, 8)],
    ],
    ['the last slot takes what is left', shared('mps', 4), { share: 0.9 }, [card('gpu-0', 4, 24)]],
    [
      'a time slice is memory / slots',
      shared('time-slice', 4),
      { share: 0.25, memoryBytes: 6 * gib },
      [card('gpu-0', 1, 6)],
    ],
    [
      'more memory is refused there',
      shared('time-slice', 4),
      { share: 0.25, memoryBytes: 7 * gib },
      'lack 7 GiB GPU memory (best has 6 GiB)',
    ],
    ['a MIG slice serves a share', shared('mig', 1), { share: 0.1, memoryBytes: gib }, [card('gpu-0', 1, 24)]],
    [
      'a MIG slice is had whole by its model',
      aNode().withGpus(1, { sharing: 'mig', model: 'A100 MIG 1g.10gb' }),
      { model: 'MIG' },
      [whole('gpu-0')],
    ],
    ['an exclusive share takes the card whole', aNode().withGpus(1), { share: 0.1, exclusive: true }, [whole('gpu-0')]],
    ['an optional GPU may be missing', aNode(), { count: 1, optional: true }, []],
    [
      'an optional GPU is taken where there is one',
      aNode().withGpus(1),
      { count: 1, optional: true },
      [whole('gpu-0')],
    ],
    ['where others hand slots out, a share is one slot', fixed('time-slice'), { share: 0.25 }, [card('gpu-0', 1, 6)]],
    ['also of a card with MPS', fixed('mps'), { share: 0.1, memoryBytes: 6 * gib }, [card('gpu-0', 1, 6)]],
    ['or of a MIG slice', fixed('mig'), { share: 0.1 }, [card('gpu-0', 1, 6)]],
    [
      'with no more memory than that',
      fixed('mps'),
      { share: 0.1, memoryBytes: 7 * gib },
      'lack 7 GiB GPU memory (best has 6 GiB)',
    ],
    ['never two slots', fixed('mps'), { share: 0.5 }, 'give no share of 0.5 of a GPU'],
    ['nor the whole card', fixed('time-slice'), { count: 1 }, 'give no whole GPU'],
    ['nor a slot alone', fixed('mps'), { share: 0.25, exclusive: true }, 'give no whole GPU'],
    ['slots of others are not to be had', fixed('mps', 4), { share: 0.25 }, 'lack a free share of 0.25 of a GPU'],
    ['the others are', fixed('mps', 3), { share: 0.25 }, [card('gpu-0', 1, 6)]],
    [
      'a card that others have is busy',
      aNode().withGpus(2, { foreignSlots: 1 }).withGpus(1),
      { count: 2 },
      'lack 2 free GPUs (best has 1)',
    ],
    [
      'a blank in a model may be a hyphen in a label',
      aNode().withGpus(1, { model: 'NVIDIA-GeForce-RTX-4090' }),
      { model: 'RTX 4090' },
      [whole('gpu-0')],
    ],
    [
      'the smallest card that will do is taken',
      aNode()
        .withGpus(1)
        .withGpus(1, { memoryBytes: 8 * gib }),
      { memoryBytes: gib },
      [{ ...whole('gpu-1'), memoryBytes: 8 * gib }],
    ],
  ];
  it.each(table)('%s', (_rule, node, request, expected) => {
    expect(gpusOf(node, request)).toEqual(expected);
  });

  it('fills a shared card before it opens another one', () => {
    const node = aNode()
      .withGpus(2, { sharing: 'mps', slots: 4 })
      .booked({}, [card('gpu-1', 1, 6)]);
    expect(gpusOf(node, { share: 0.5 })).toEqual([card('gpu-1', 2, 12)]);
  });

  it('never mixes exclusive and shared use on one card', () => {
    const free = shared('mps').build();
    const shareTaken = takeBooking(free, bookHardware(free, { gpu: { share: 0.1 } }).booking!);
    const wholeTaken = takeBooking(free, bookHardware(free, { gpu: { count: 1 } }).booking!);
    expect([
      bookHardware(shareTaken, { gpu: { count: 1 } }).refusal?.text,
      bookHardware(shareTaken, { gpu: { share: 0.1, exclusive: true } }).refusal?.text,
      bookHardware(wholeTaken, { gpu: { share: 0.1 } }).refusal?.text,
    ]).toEqual(['lack 1 free GPU (best has 0)', 'lack 1 free GPU (best has 0)', 'lack a free share of 0.1 of a GPU']);
  });

  it('counts the memory of a shared card, not only its slots', () => {
    const node = shared('mps').booked({}, [card('gpu-0', 1, 20)]);
    expect(gpusOf(node, { share: 0.1, memoryBytes: 8 * gib })).toBe('lack 8 GiB GPU memory (best has 4 GiB)');
  });
});
