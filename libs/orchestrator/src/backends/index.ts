import type { NodeId } from '@muster/contracts';
import type { OpenedBackend } from '../contract/orchestrator-backend.js';
import type { DockerBackendOptions } from './docker/options.js';
import type { NodeLabels, NodeLabelsOptions } from './kubernetes/node-labels.js';
import type { ServicePods, ServicePodsOptions } from './kubernetes/service-pods.js';
import type { KubernetesBackendOptions } from './kubernetes/options.js';
import type { ProcessBackendOptions } from './process/options.js';

/** What each back end needs to be opened: the catalogue, one line per back end. */
export interface BackendOptions {
  process: ProcessBackendOptions;
  docker: DockerBackendOptions;
  kubernetes: KubernetesBackendOptions;
}

/** Loaded when opened, so that nobody pays for a client library that is not used. */
const catalogue: { [Name in keyof BackendOptions]: (options: BackendOptions[Name]) => Promise<OpenedBackend> } = {
  process: async (options) => (await import('./process/index.js')).openProcessBackend(options),
  docker: async (options) => (await import('./docker/index.js')).openDockerBackend(options),
  kubernetes: async (options) => (await import('./kubernetes/index.js')).openKubernetesBackend(options),
};

/** The id of a node of a cluster. Throws `InvalidSpec` if it has none of this name, `BackendUnavailable` if it is out of reach. */
export async function kubernetesNodeId(options: { nodeName: string; configFile?: string }): Promise<NodeId> {
  return (await import('./kubernetes/node-id.js')).nodeIdInCluster(options);
}

/** The address under which pods of a cluster nearby reach this computer. Throws `InvalidSpec`, `BackendUnavailable`. */
export async function addressTowardsCluster(configFile: string | undefined): Promise<string> {
  return (await import('./kubernetes/towards-cluster.js')).towardsCluster(configFile);
}

/** What keeps the label of an installation on nodes of a cluster; see `NodeLabels`. */
export async function openNodeLabels(options: NodeLabelsOptions): Promise<NodeLabels> {
  return new (await import('./kubernetes/node-labels.js')).NodeLabels(options);
}

/** Session services as pods of a cluster; see `ServicePods`. */
export async function openServicePods(options: ServicePodsOptions): Promise<ServicePods> {
  return new (await import('./kubernetes/service-pods.js')).ServicePods(options);
}

/** Names for which there is a back end. */
export const backendNames = Object.keys(catalogue) as (keyof BackendOptions)[];

/** Opens a back end by its name. Throws `InvalidSpec` for options that cannot work, `BackendUnavailable` if it is out of reach. */
export function createBackend<Name extends keyof BackendOptions>(
  name: Name,
  options: BackendOptions[Name],
): Promise<OpenedBackend> {
  return catalogue[name](options);
}
