import type { GpuDevice, GpuSharing } from '@muster/contracts';
import { claimedCardIds } from './gpu-claims.js';
import { pluginDeviceId } from './gpu-resources.js';
import type { Quantities } from './node-objects.js';
import type { Requests } from './pod-requests.js';
import { amountOf } from './quantity.js';

export interface GpuFacts {
  /** Of the node, as NVIDIA's GPU feature discovery writes them. */
  readonly labels: Readonly<Record<string, string>>;
  readonly allocatable: Quantities;
  /** What pods of others have, by resource name. */
  readonly foreign: Requests;
  /** Slots that our own workloads have, by device id. */
  readonly own: ReadonlyMap<string, number>;
  /** Cards that no device plugin offers are asked for by claims. */
  readonly byClaim: boolean;
}

/** The devices of one resource of a node. */
interface Kind {
  readonly product: string;
  readonly memoryBytes: number;
  readonly sharing: GpuSharing;
  readonly slots: number;
}

const maxDevices = 256;
const mebibyte = 1024 ** 2;

/**
 * A node's GPUs. Which card a pod gets is the kubelet's choice, so the devices of one resource are alike and have numbers for
 * names. How many there are is what the device plugin offers; what they are is what GPU feature discovery says of them.
 */
export function gpuDevices(facts: GpuFacts): GpuDevice[] {
  const devices: GpuDevice[] = [];
  for (const [resource, amount] of Object.entries(facts.allocatable).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const offered = amountOf(amount);
    const kind = offered > 0 ? kindOf(resource, facts.labels) : undefined;
    if (kind !== undefined) devices.push(...devicesOf(resource, kind, offered, facts));
  }
  return (devices.length === 0 && facts.byClaim ? claimedCards(facts) : devices).slice(0, maxDevices);
}

/** Of a card without labels the model and memory are unknown; of a shared one the slots too, so that it cannot be lent. */
function kindOf(resource: string, labels: GpuFacts['labels']): Kind | undefined {
  const [, base, profile, renamed] = /^(nvidia\.com\/(?:gpu|mig-(\S+?)))(\.shared)?$/.exec(resource) ?? [];
  if (base === undefined) return undefined;
  const product = labels[`${base}.product`] ?? '';
  const replicas = Number(labels[`${base}.replicas`] ?? 1);
  const strategy = labels[`${base}.sharing-strategy`] ?? (replicas > 1 ? 'time-slicing' : 'none');
  const slots = strategy === 'none' ? 1 : replicas;
  if (slots < 2 && (renamed !== undefined || product.endsWith('-SHARED'))) return undefined;
  return {
    product: modelOf(product, profile, labels),
    memoryBytes: memoryOf(base, profile, labels),
    sharing: sharingOf(slots, strategy, profile !== undefined || product.includes('-MIG-')),
    slots: Math.max(1, slots),
  };
}

function modelOf(product: string, profile: string | undefined, labels: GpuFacts['labels']): string {
  const model = product.replace(/-SHARED$/, '');
  if (model !== '') return model;
  const card = labels['nvidia.com/gpu.product']?.replace(/-SHARED$/, '') ?? 'NVIDIA-GPU';
  return profile === undefined ? card : `${card}-MIG-${profile}`;
}

/** A profile has its memory in its name, about: `1g.5gb`. */
function memoryOf(base: string, profile: string | undefined, labels: GpuFacts['labels']): number {
  const mebibytes = Number(labels[`${base}.memory`] ?? 0);
  if (mebibytes > 0) return mebibytes * mebibyte;
  return Number(/\.(\d+)gb/.exec(profile ?? '')?.[1] ?? 0) * 1024 * mebibyte;
}

function sharingOf(slots: number, strategy: string, isMig: boolean): GpuSharing {
  if (isMig) return 'mig';
  if (slots < 2) return 'none';
  return strategy === 'mps' ? 'mps' : 'time-slice';
}

function devicesOf(resource: string, kind: Kind, offered: number, { foreign, own }: GpuFacts): GpuDevice[] {
  const { product, memoryBytes, sharing, slots } = kind;
  const ids = Array.from({ length: Math.ceil(offered / slots) }, (_, index) => pluginDeviceId(resource, index));
  const notOffered = ids.length * slots - offered;
  const taken = foreignSlots({ ids, slots, own }, notOffered + (foreign[resource] ?? 0));
  return ids.map((id) => ({
    id,
    vendor: 'nvidia',
    model: product,
    memoryBytes,
    sharing,
    slots,
    ...(slots > 1 && { fixedSlots: true }),
    ...(taken.has(id) && { foreignSlots: taken.get(id) }),
  }));
}

/** Nobody says which devices others have: those that we do not have, the last first; only what is too much lies over ours. */
function foreignSlots(
  { ids, slots, own }: { ids: readonly string[]; slots: number; own: GpuFacts['own'] },
  amount: number,
): ReadonlyMap<string, number> {
  const taken = new Map<string, number>();
  let left = amount;
  for (const ours of [own, new Map<string, number>()]) {
    for (const id of ids.toReversed()) {
      const room = slots - (ours.get(id) ?? 0) - (taken.get(id) ?? 0);
      const here = Math.max(0, Math.min(left, room));
      if (here > 0) taken.set(id, (taken.get(id) ?? 0) + here);
      left -= here;
    }
  }
  return taken;
}

/** Claims are for whole cards, of which the labels say the number. */
function claimedCards({ labels }: GpuFacts): GpuDevice[] {
  const product = labels['nvidia.com/gpu.product'] ?? '';
  if (product.includes('-MIG-')) return [];
  const model = modelOf(product, undefined, labels);
  const memoryBytes = memoryOf('nvidia.com/gpu', undefined, labels);
  const count = Math.min(maxDevices, Number(labels['nvidia.com/gpu.count'] ?? 0));
  return claimedCardIds(count).map((id) => ({ id, vendor: 'nvidia', model, memoryBytes, sharing: 'none', slots: 1 }));
}
