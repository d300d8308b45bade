import type { NodeId } from '@muster/contracts';
import { InvalidSpec } from '../../contract/errors.js';
import { KubernetesApi } from './kubernetes-api.js';
import { ifThere } from './kubernetes-refusal.js';
import { nodeIdOf } from './node-description.js';

/** The id of a cluster's node, the same for its whole life. Throws `InvalidSpec` if there is no node of this name. */
export async function nodeIdInCluster(options: { nodeName: string; configFile?: string }): Promise<NodeId> {
  const { nodeName, configFile } = options;
  const api = KubernetesApi.open(configFile === undefined ? {} : { configFile });
  try {
    const node = await ifThere(api.node(nodeName));
    if (node?.metadata?.uid === undefined) throw new InvalidSpec(`the cluster has no node ${nodeName}`);
    return nodeIdOf(node.metadata.uid);
  } finally {
    api.close();
  }
}
