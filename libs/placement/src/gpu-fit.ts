import type { GpuBooking, GpuDevice } from '@muster/contracts';
import type { BookedNode, FreeGpu } from './booked-node.js';
import { type GpuNeed, modelText } from './need.js';

/**
 * How a request takes GPUs.
 * - Whole cards: the card must be untouched; all its slots and memory are taken, exclusively.
 * - A share s: ceil(s * slots) slots of one card that nobody has whole. Memory: on a time-sliced card the same part of
 *   the memory, so a request for more is refused there; elsewhere max(memoryBytes, s * card memory).
 * - `sharing: none` is only used whole; a share does not take such a card, unless it says `exclusive`.
 * - A MIG slice is a part already: shares take it, whole-card requests only when their `model` says MIG.
 * - Where others hand the slots out (`fixedSlots`), two slots may be of two cards: there a request is one slot and the memory of
 *   one, and nobody has the card whole.
 */
export function gpuMisfit(need: GpuNeed, gpu: FreeGpu): GpuMisfit | undefined {
  const { device } = gpu;
  if (need.model !== '' && !modelText(device.model).includes(need.model)) return 'model';
  if (!allowsUse(need, device)) return 'sharing';
  if (need.memoryBytes > memoryLimit(need, device)) return 'memory';
  if (need.whole) return gpu.use === 'free' && gpu.freeSlots === device.slots ? undefined : 'busy';
  if (gpu.use === 'exclusive' || gpu.freeSlots < slotsOf(need, device)) return 'busy';
  return gpu.freeMemoryBytes < memoryOf(need, device) ? 'memory' : undefined;
}

/** Why a card does not fit, from the most basic reason to the one that time may cure. */
export const gpuMisfits = ['model', 'sharing', 'memory', 'busy'] as const;
export type GpuMisfit = (typeof gpuMisfits)[number];

/** Whether the node has the cards now. */
export function hasGpus(need: GpuNeed, { gpus }: BookedNode): boolean {
  let missing = need.cards;
  for (const gpu of gpus) {
    if (missing === 0) break;
    if (gpuMisfit(need, gpu) === undefined) missing--;
  }
  return missing === 0;
}

/** How many cards of the node fit now. */
export function countGpus(need: GpuNeed, { gpus }: BookedNode): number {
  let fitting = 0;
  for (const gpu of gpus) if (gpuMisfit(need, gpu) === undefined) fitting++;
  return fitting;
}

/** The cards that the request takes, or undefined. Leaves the largest and the untouched cards to others. */
export function chooseGpus(need: GpuNeed, { gpus }: BookedNode): GpuBooking[] | undefined {
  const fitting = gpus.filter((gpu) => gpuMisfit(need, gpu) === undefined);
  if (fitting.length < need.cards) return undefined;
  return fitting
    .sort(byLeastLeft)
    .slice(0, need.cards)
    .map(({ device }) => ({
      deviceId: device.id,
      slots: slotsOf(need, device),
      memoryBytes: memoryOf(need, device),
      exclusive: need.whole,
    }));
}

/** The most memory that the request could have of this card now. */
export function usableMemory(need: GpuNeed, gpu: FreeGpu): number {
  return Math.min(memoryLimit(need, gpu.device), gpu.use === 'exclusive' ? 0 : gpu.freeMemoryBytes);
}

function allowsUse(need: GpuNeed, device: GpuDevice): boolean {
  if (device.fixedSlots === true) return !need.whole && slotsOf(need, device) === 1;
  if (need.whole) return device.sharing !== 'mig' || need.model.includes('mig');
  return device.sharing !== 'none';
}

function memoryLimit(need: GpuNeed, device: GpuDevice): number {
  return isMemoryBySlots(device) ? memoryOf(need, device) : device.memoryBytes;
}

function slotsOf(need: GpuNeed, device: GpuDevice): number {
  if (need.whole) return device.slots;
  // 3 slots of 10 for 0.3, though 0.3 * 10 is a little more than 3 in floating point.
  return Math.max(1, Math.ceil(need.share * device.slots - 1e-9));
}

function memoryOf(need: GpuNeed, device: GpuDevice): number {
  const slots = slotsOf(need, device);
  if (slots >= device.slots) return device.memoryBytes;
  if (isMemoryBySlots(device)) return slots * Math.floor(device.memoryBytes / device.slots);
  return Math.max(need.memoryBytes, Math.ceil(need.share * device.memoryBytes));
}

function isMemoryBySlots({ sharing, fixedSlots }: GpuDevice): boolean {
  return sharing === 'time-slice' || fixedSlots === true;
}

function byLeastLeft(a: FreeGpu, b: FreeGpu): number {
  return (
    Number(a.use === 'free') - Number(b.use === 'free') ||
    a.freeSlots / a.device.slots - b.freeSlots / b.device.slots ||
    a.device.memoryBytes - b.device.memoryBytes
  );
}
