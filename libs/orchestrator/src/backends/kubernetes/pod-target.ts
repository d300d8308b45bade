import type { ImagePlatform } from '../image-choice.js';
import type { kubernetesDefaults, KubernetesBackendOptions } from './options.js';
import type { Toleration } from './tolerations.js';

/** Options with the defaults in their places. */
export type KubernetesSettings = KubernetesBackendOptions &
  Required<Pick<KubernetesBackendOptions, keyof typeof kubernetesDefaults>>;

/** What of the cluster and of our settings goes into a pod. */
export interface PodTarget extends Pick<
  KubernetesSettings,
  'namespace' | 'nodeName' | 'pull' | 'pullSecrets' | 'unreachableMs' | 'runAsUser' | 'scratchBytes' | 'ipFamily'
> {
  readonly owner: string;
  readonly platform: ImagePlatform;
  readonly tolerations: readonly Toleration[];
}
