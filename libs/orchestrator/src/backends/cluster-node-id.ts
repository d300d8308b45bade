import type { NodeId } from '@muster/contracts';
import type { KubernetesBackendOptions } from './kubernetes/options.js';

/** See `findNodeId`; loaded when asked for, as the back ends are. */
export async function clusterNodeId(
  cluster: Pick<KubernetesBackendOptions, 'configFile' | 'nodeName'>,
): Promise<NodeId> {
  return (await import('./kubernetes/node-id.js')).findNodeId(cluster);
}
