import { textSetting } from '@muster/platform';
import { isLabelSelector } from './label-selector.js';

/** Settings of a global directory that looks after a cluster. */
export const kubernetesSettings = {
  MUSTER_KUBERNETES_CONFIG_FILE: textSetting(
    'kubeconfig of the cluster; default: the service account of the pod that this service is',
    undefined,
  ),
  MUSTER_KUBERNETES_NODES: textSetting(
    'Label selector of the cluster nodes that get a local directory, like kubernetes.io/os=linux; default: none is looked after',
    undefined,
    { kind: 'a label selector', fits: isLabelSelector },
  ),
  MUSTER_KUBERNETES_SERVICES_NAMESPACE: textSetting('Where session services are started by demand', 'muster'),
  MUSTER_KUBERNETES_SESSION_TEMPLATE: textSetting(
    'PodTemplate in that namespace of which session services are made; default: they are processes beside this service',
    undefined,
  ),
} as const;
