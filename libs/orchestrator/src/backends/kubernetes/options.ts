import type { InstallationId, NodeId } from '@muster/contracts';

/** How the `kubernetes` back end of one node of a cluster is opened. One namespace may serve several nodes and installations. */
export interface KubernetesBackendOptions {
  /** Absolute; belongs to this back end alone. Ids that are used up are kept there. */
  readonly stateDir: string;
  readonly installationId: InstallationId;
  /** With `installationId`, the owner of all that is started here: pods of others are never touched. */
  readonly nodeId: NodeId;
  /** The name of the cluster's node on which everything runs. */
  readonly nodeName: string;
  /** Where pods are started; it must exist. */
  readonly namespace: string;
  /** A kubeconfig. Default: the service account of the pod that we are in. */
  readonly configFile?: string;
  /** When the node fetches an image: if it is not there, before every start, or not at all. Default `missing`. */
  readonly pull?: 'missing' | 'always' | 'never';
  /** Names of Secrets with credentials of registries. */
  readonly pullSecrets?: readonly string[];
  /** Taints that pods put up with, each as `key[=value][:effect]`. */
  readonly tolerations?: readonly string[];
  /** How long a pod stays on a node that is not ready or out of reach. Rounded up to seconds. Default: the cluster's own. */
  readonly unreachableMs?: number;
  /**
   * The user of all workloads, also the group of their volumes. Default: none is asked for, so that it is the image's own, or the
   * one that the cluster assigns, as OpenShift does; an image that would run as root is then refused by the node.
   */
  readonly runAsUser?: number;
  /** Size of scratch space where a spec has none, and of /tmp. Default 64 MiB. */
  readonly scratchBytes?: number;
  /** Which addresses pods have, where they tell one to others. Default `ipv4`. */
  readonly ipFamily?: 'ipv4' | 'ipv6';
  /** Cards that no device plugin offers are asked for by claims of `resource.k8s.io`. Default false. */
  readonly gpuClaims?: boolean;
  /** Default 100. */
  readonly endedKept?: number;
  /** Time between two looks for what can be removed. Default 30,000. */
  readonly housekeepingMs?: number;
}

export const kubernetesDefaults = {
  pull: 'missing',
  pullSecrets: [],
  tolerations: [],
  scratchBytes: 64 * 1024 ** 2,
  ipFamily: 'ipv4',
  gpuClaims: false,
  endedKept: 100,
  housekeepingMs: 30_000,
} as const;
