import { booleanSetting, choiceSetting, integerSetting, listSetting, textSetting } from '@muster/platform';

/** Settings of a local directory whose workers are pods. */
export const kubernetesSettings = {
  MUSTER_KUBERNETES_NAMESPACE: textSetting('Where the pods of workers are started', 'muster-sessions'),
  MUSTER_KUBERNETES_PULL: choiceSetting(
    'When a node of the cluster pulls an image',
    ['missing', 'always', 'never'],
    'missing',
  ),
  MUSTER_KUBERNETES_PULL_SECRETS: listSetting('Secrets of that namespace with credentials of registries', []),
  MUSTER_KUBERNETES_TOLERATIONS: listSetting(
    'Taints of nodes that workers put up with, each as key, key=value or key=value:effect',
    [],
  ),
  MUSTER_KUBERNETES_UNREACHABLE_MS: integerSetting(
    'How long a pod is left on a node that is not ready or cannot be reached, before the cluster ends it; whole seconds',
    300_000,
    { max: 86_400_000 },
  ),
  MUSTER_KUBERNETES_SCRATCH_BYTES: integerSetting(
    "Size of a worker's scratch folder when its type books no disk",
    67_108_864,
    { min: 1_048_576 },
  ),
  MUSTER_KUBERNETES_USER: integerSetting(
    "User id of workers; 0 = the image's own, or the one that the cluster assigns",
    0,
    { max: 2_147_483_647 },
  ),
  MUSTER_KUBERNETES_GPU_CLAIMS: booleanSetting(
    'Cards that no device plugin offers are asked for by claims of resource.k8s.io (dynamic resource allocation)',
    false,
  ),
  MUSTER_KUBERNETES_ENDED_KEPT: integerSetting(
    'Ended pods whose output can still be read; older ones are deleted',
    50,
    {
      max: 10_000,
    },
  ),
} as const;
