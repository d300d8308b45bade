import type { ObservedNode } from '../../contract/observed-node.js';
import { unchangingNodes } from '../../contract/observed-node.js';
import type { KubernetesApi } from './kubernetes-api.js';
import { observedNodeOf, type NodeFactsOptions } from './node-description.js';
import type { ClusterNode } from './node-objects.js';

/** The node of this back end, as the cluster describes it. */
export class NodeFacts {
  constructor(
    private readonly api: Pick<KubernetesApi, 'node'>,
    private readonly nodeName: string,
    private readonly options: NodeFactsOptions,
  ) {}

  async now(): Promise<ObservedNode[]> {
    const node = (await this.api.node(this.nodeName)) as unknown as ClusterNode;
    return [observedNodeOf(node, [], this.options)];
  }

  async *watch(signal: AbortSignal): AsyncGenerator<readonly ObservedNode[]> {
    const nodes = await this.now();
    yield* unchangingNodes(
      nodes.map(({ description }) => description),
      signal,
    );
  }
}
