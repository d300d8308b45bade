import { isDeepStrictEqual } from 'node:util';
import type { ObservedNode } from '../../contract/observed-node.js';
import { type NodeFactsOptions, observedNodeOf, type PodShare, podShareOf } from './node-description.js';
import type { ClusterNode, ClusterPod } from './node-objects.js';

/** What is known of one node of the cluster and of all pods on it. Of a pod it keeps only what counts. */
export class NodeView {
  private node: ClusterNode | undefined;
  private shares = new Map<string, PodShare>();
  private lastTold: readonly ObservedNode[] | undefined;

  constructor(private readonly options: NodeFactsOptions) {}

  /** Undefined: the cluster has no such node. */
  putNode(node: ClusterNode | undefined): void {
    this.node = node;
  }

  /** All pods of the node: others are gone. */
  putPods(pods: readonly ClusterPod[]): void {
    this.shares = new Map();
    for (const pod of pods) this.putPod(pod);
  }

  putPod(pod: ClusterPod): void {
    const share = podShareOf(pod, this.options);
    if (share === undefined) this.removePod(pod);
    else this.shares.set(uidOf(pod), share);
  }

  removePod(pod: ClusterPod): void {
    this.shares.delete(uidOf(pod));
  }

  observe(): readonly ObservedNode[] {
    return this.node === undefined ? [] : [observedNodeOf(this.node, [...this.shares.values()], this.options)];
  }

  /** What is seen now, undefined if it is what was told before: kubelets report every few seconds that all is as it was. */
  news(): readonly ObservedNode[] | undefined {
    const now = this.observe();
    if (isDeepStrictEqual(now, this.lastTold)) return undefined;
    return (this.lastTold = now);
  }
}

function uidOf({ metadata }: ClusterPod): string {
  return metadata?.uid ?? '';
}
