import type { GpuBooking } from '@muster/contracts';
import { InvalidSpec } from '../../contract/errors.js';
import { isClaimedCard } from './gpu-claims.js';
import type { Quantities } from './node-objects.js';

/** Resources of a device plugin have no devices with names of their own; the node's book counts them by these. */
export function pluginDeviceId(resource: string, index: number): string {
  return `${resource}/${index}`;
}

/**
 * What a pod asks the device plugin for: by resource name, the number of what was booked, which is the same as requests and as
 * limits. Cards that are had by a claim are not among it. Throws `InvalidSpec` for devices that are not of a cluster's node.
 */
export function gpuResources(gpus: readonly GpuBooking[]): Quantities {
  const counts = new Map<string, number>();
  for (const { deviceId, slots } of gpus) {
    if (isClaimedCard(deviceId)) continue;
    const [, resource] = /^(nvidia\.com\/\S+)\/\d+$/.exec(deviceId) ?? [];
    if (resource === undefined) throw new InvalidSpec(`${deviceId} is no GPU of a cluster's node`);
    counts.set(resource, (counts.get(resource) ?? 0) + slots);
  }
  return Object.fromEntries([...counts].map(([resource, count]) => [resource, String(count)]));
}

/**
 * Which cards a container sees is told to it by the device plugin or the claim's driver. One that has booked none must be told
 * so: images for CUDA ask for all cards, and get them where NVIDIA's is the node's usual runtime.
 */
export function gpuEnvironment(gpus: readonly GpuBooking[]): Readonly<Record<string, string>> {
  return gpus.length === 0 ? { NVIDIA_VISIBLE_DEVICES: 'void' } : {};
}
