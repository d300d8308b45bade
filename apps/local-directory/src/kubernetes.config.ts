import { booleanSetting, choiceSetting, integerSetting, listSetting, textSetting } from '@muster/platform';

/** Settings of a local directory whose workers are pods. */
export const kubernetesSettings = {
  MUSTER_KUBERNETES_CONFIG_FILE: textSetting(
    'A kubeconfig; default: the service account of the pod that the local directory runs in',
    undefined,
  ),
  MUSTER_KUBERNETES_NAMESPACE: textSetting('The namespace of workers', 'muster-sessions'),
  MUSTER_KUBERNETES_PULL: choiceSetting(
    'When a node fetches the image of a worker',
    ['missing', 'always', 'never'],
    'missing',
  ),
  MUSTER_KUBERNETES_PULL_SECRETS: listSetting('Names of Secrets with credentials of registries', []),
  MUSTER_KUBERNETES_TOLERATIONS: listSetting('Taints that workers put up with, each as key[=value][:effect]', []),
  MUSTER_KUBERNETES_RUN_AS_USER: integerSetting(
    'User id of all workers; 0 = the one of their image, or the one that the cluster assigns, as OpenShift does',
    65_532,
    { max: 2_147_483_647 },
  ),
  MUSTER_KUBERNETES_SCRATCH_BYTES: integerSetting(
    "Size of a worker's scratch folder when its type books no disk, and of /tmp",
    67_108_864,
    { min: 1_048_576 },
  ),
  MUSTER_KUBERNETES_UNREACHABLE_MS: integerSetting(
    'How long a worker stays on a node that is not ready or out of reach, rounded up to seconds',
    300_000,
    { max: 86_400_000 },
  ),
  MUSTER_KUBERNETES_ENDED_KEPT: integerSetting(
    'Ended pods whose output can still be read; older ones are removed',
    50,
    { max: 10_000 },
  ),
  MUSTER_KUBERNETES_GPU_CLAIMS: booleanSetting(
    'GPUs are asked for by claims (resource.k8s.io/v1), not from a device plugin',
    false,
  ),
} as const;
