import type { WorkloadId } from '@muster/contracts';
import type { WorkloadStatus } from './workload-status.js';

/**
 * What `watch` yields. `synced` is always first, and comes again after every gap: it is the whole truth of that moment, and
 * a workload not in it is gone. `changed` carries the newest status (several changes may come as one). `removed`: an ended
 * workload was forgotten.
 */
export type WorkloadEvent =
  | { readonly type: 'synced'; readonly workloads: readonly WorkloadStatus[] }
  | { readonly type: 'changed'; readonly workload: WorkloadStatus }
  | { readonly type: 'removed'; readonly id: WorkloadId };
