import type { GpuBooking } from '@muster/contracts';

/** The device class of whole cards, as NVIDIA's driver for dynamic resource allocation installs it. */
const deviceClass = 'gpu.nvidia.com';
/** Of the claim within its pod. */
const claimName = 'gpu';

export function claimedCardIds(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${deviceClass}/${index}`);
}

export function isClaimedCard(deviceId: string): boolean {
  return deviceId.startsWith(`${deviceClass}/`);
}

/** The pod that a claim is for. */
export interface ClaimingPod {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What stands in a pod for its claim: members of its spec, and of its container's resources. */
export function claimReferences(podName: string, gpus: readonly GpuBooking[]) {
  if (!gpus.some(({ deviceId }) => isClaimedCard(deviceId))) return undefined;
  return {
    resourceClaims: [{ name: claimName, resourceClaimName: claimNameOf(podName) }],
    claims: [{ name: claimName }],
  };
}

/**
 * The claim of a pod for its whole cards, undefined if it booked none. It is made after the pod, which waits for it, and owned by
 * the pod: the cluster removes it with the pod, whoever removes that.
 */
export function gpuClaim({ name, namespace, uid, labels }: ClaimingPod, gpus: readonly GpuBooking[]) {
  const count = gpus.filter(({ deviceId }) => isClaimedCard(deviceId)).length;
  if (count === 0) return undefined;
  const owner = { apiVersion: 'v1', kind: 'Pod', name, uid, blockOwnerDeletion: false };
  const exactly = { deviceClassName: deviceClass, allocationMode: 'ExactCount', count };
  return {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: { name: claimNameOf(name), namespace, labels: { ...labels }, ownerReferences: [owner] },
    spec: { devices: { requests: [{ name: claimName, exactly }] } },
  };
}

/** One claim a pod, so that a start that is asked for twice makes one. */
function claimNameOf(podName: string): string {
  return `${podName}-${claimName}`;
}
