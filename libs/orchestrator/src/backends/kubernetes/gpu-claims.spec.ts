import type { GpuBooking } from '@muster/contracts';
import { describe, expect, it } from 'vitest';
import { claimReferences, gpuClaim } from './gpu-claims.js';

const booking = (deviceId: string): GpuBooking => ({ deviceId, slots: 1, memoryBytes: 1, exclusive: true });
const cards = [booking('gpu.nvidia.com/0'), booking('gpu.nvidia.com/3')];
const pod = {
  name: 'ses-1-wrk-2-0',
  namespace: 'muster-sessions',
  uid: 'u-1',
  labels: { 'muster.dev/session': 'ses_1' },
};

describe('a pod that booked cards which are had by a claim', () => {
  it('waits for its claim, which its container uses', () => {
    expect(claimReferences(pod.name, cards)).toEqual({
      resourceClaims: [{ name: 'gpu', resourceClaimName: 'ses-1-wrk-2-0-gpu' }],
      claims: [{ name: 'gpu' }],
    });
  });

  it('owns the claim, which goes when it goes', () => {
    expect(gpuClaim(pod, cards)).toEqual({
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceClaim',
      metadata: {
        name: 'ses-1-wrk-2-0-gpu',
        namespace: 'muster-sessions',
        labels: { 'muster.dev/session': 'ses_1' },
        ownerReferences: [
          { apiVersion: 'v1', kind: 'Pod', name: 'ses-1-wrk-2-0', uid: 'u-1', blockOwnerDeletion: false },
        ],
      },
      spec: {
        devices: {
          requests: [
            { name: 'gpu', exactly: { deviceClassName: 'gpu.nvidia.com', allocationMode: 'ExactCount', count: 2 } },
          ],
        },
      },
    });
  });

  it('is the only one: others have no claim', () => {
    const others = [booking('nvidia.com/gpu/0')];
    expect([claimReferences(pod.name, others), gpuClaim(pod, others), gpuClaim(pod, [])]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
