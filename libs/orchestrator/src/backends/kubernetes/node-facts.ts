import type { ObservedNode } from '../../contract/observed-node.js';
import type { KubernetesApi, Listed, V1Node, V1Pod } from './kubernetes-api.js';
import { ListWatch, type Change, type ListedObject } from './list-watch.js';
import type { NodeFactsOptions } from './node-description.js';
import type { ClusterNode, ClusterPod } from './node-objects.js';
import { NodeView } from './node-view.js';
import { watchNode, type Followed, type NodeFeeds } from './node-watch.js';

/** The node of this back end, as the cluster describes it, less what pods of others have of it. */
export class NodeFacts {
  private readonly nodes: ListWatch<V1Node>;
  private readonly pods: ListWatch<V1Pod>;

  constructor(
    private readonly api: Pick<KubernetesApi, 'node' | 'nodes' | 'pods'>,
    private readonly nodeName: string,
    private readonly options: NodeFactsOptions,
  ) {
    this.nodes = new ListWatch(api.nodes({ fieldSelector: `metadata.name=${nodeName}` }));
    this.pods = new ListWatch(this.listedPods());
  }

  /** Asked of the cluster now. Throws a `KubernetesRefusal` of 404 if it has no such node. */
  async now(): Promise<readonly ObservedNode[]> {
    const node = await this.api.node(this.nodeName);
    const view = new NodeView(this.options);
    view.putNode(node as unknown as ClusterNode);
    view.putPods((await this.allPods()) as unknown as ClusterPod[]);
    return view.observe();
  }

  watch(signal: AbortSignal): AsyncGenerator<readonly ObservedNode[]> {
    const feeds: NodeFeeds = {
      node: (followed, ended) => feed(this.nodes, followed as unknown as Followed<V1Node>, ended),
      pods: (followed, ended) => feed(this.pods, followed as unknown as Followed<V1Pod>, ended),
    };
    return watchNode(feeds, this.options, signal);
  }

  private listedPods(): Listed<V1Pod> {
    return this.api.pods(undefined, { fieldSelector: `spec.nodeName=${this.nodeName}` });
  }

  private async allPods(): Promise<V1Pod[]> {
    const { signal } = new AbortController();
    const pods: V1Pod[] = [];
    for (let token: string | undefined; ;) {
      const page = await this.listedPods().page(
        { limit: 500, ...(token === undefined ? {} : { continue: token }) },
        signal,
      );
      pods.push(...page.items);
      token = page.continue;
      if (token === undefined) return pods;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.nodes.close(), this.pods.close()]);
  }
}

/** Until the signal aborts. */
async function feed<T extends ListedObject>(
  list: ListWatch<T>,
  followed: Followed<T>,
  signal: AbortSignal,
): Promise<void> {
  const stop = list.follow((change: Change<T>) => {
    if (change.type === 'synced') followed.all(change.items);
    else if (change.type === 'changed') followed.put(change.item);
    else followed.removed(change.item);
  });
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  stop();
}
