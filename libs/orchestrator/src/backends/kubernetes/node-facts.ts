import { BackendUnavailable } from '../../contract/errors.js';
import type { ObservedNode } from '../../contract/observed-node.js';
import type { KubernetesApi, Listed } from './kubernetes-api.js';
import { ifThere } from './kubernetes-refusal.js';
import { ListWatch, type ListedObject } from './list-watch.js';
import type { NodeFactsOptions } from './node-description.js';
import { NodeView } from './node-view.js';
import { watchNode, type Followed } from './node-watch.js';

const podsOfOnePage = 500;
const never = new AbortController().signal;

export interface NodeFactsParts {
  readonly api: Pick<KubernetesApi, 'node' | 'nodes' | 'pods'>;
  readonly nodeName: string;
  readonly options: NodeFactsOptions;
  /** Aborts when the back end is closed. */
  readonly closed: AbortSignal;
}

/** The node of this back end, and what all the pods on it, of whomever they are, leave of it. */
export class NodeFacts {
  constructor(private readonly parts: NodeFactsParts) {}

  /** Empty if the cluster has no such node. */
  async now(): Promise<readonly ObservedNode[]> {
    const { api, nodeName, options } = this.parts;
    const view = new NodeView(options);
    const [node, pods] = await Promise.all([ifThere(api.node(nodeName)), allOf(this.podsOnNode())]);
    view.putNode(node);
    view.putPods(pods);
    return view.observe();
  }

  async *watch(signal: AbortSignal): AsyncGenerator<readonly ObservedNode[]> {
    const { api, nodeName, options, closed } = this.parts;
    if (signal.aborted) return;
    const nodes = api.nodes({ fieldSelector: `metadata.name=${nodeName}` });
    const feeds = {
      node: follow(nodes),
      pods: follow(this.podsOnNode()),
    };
    yield* watchNode(feeds, options, AbortSignal.any([signal, closed]));
    if (closed.aborted && !signal.aborted) throw new BackendUnavailable('this back end was closed');
  }

  private podsOnNode(): ReturnType<KubernetesApi['pods']> {
    const { api, nodeName } = this.parts;
    return api.pods(undefined, { fieldSelector: `spec.nodeName=${nodeName}` });
  }
}

/** Until the signal aborts. */
function follow<Item extends ListedObject>(listed: Listed<Item>) {
  return async (followed: Followed<Item>, signal: AbortSignal): Promise<void> => {
    const watch = new ListWatch(listed);
    watch.follow((change) => {
      if (change.type === 'synced') followed.all(change.items);
      else if (change.type === 'changed') followed.put(change.item);
      else followed.removed(change.item);
    });
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await watch.close();
  };
}

async function allOf<Item>(listed: Listed<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for (let next: string | undefined, isFirst = true; isFirst || next !== undefined; isFirst = false) {
    const page = await listed.page({ limit: podsOfOnePage, ...(next !== undefined && { continue: next }) }, never);
    items.push(...page.items);
    next = page.continue;
  }
  return items;
}
