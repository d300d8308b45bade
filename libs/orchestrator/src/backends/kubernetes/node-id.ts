import type { NodeId } from '@muster/contracts';
import { InvalidSpec } from '../../contract/errors.js';
import { KubernetesApi } from './kubernetes-api.js';
import { ifThere } from './kubernetes-refusal.js';
import { nodeIdOf } from './node-description.js';
import type { KubernetesBackendOptions } from './options.js';

/** Our id of a cluster's node. `InvalidSpec` if there is no such node, `BackendUnavailable` if the cluster does not answer. */
export async function findNodeId({
  configFile,
  nodeName,
}: Pick<KubernetesBackendOptions, 'configFile' | 'nodeName'>): Promise<NodeId> {
  const api = KubernetesApi.open(configFile === undefined ? {} : { configFile });
  try {
    const node = await ifThere(api.node(nodeName));
    if (node === undefined) throw new InvalidSpec(`the cluster has no node ${nodeName}`);
    return nodeIdOf(node.metadata?.uid ?? '');
  } finally {
    api.close();
  }
}
