import { setTimeout as pause } from 'node:timers/promises';
import type { ObservedNode } from '../../contract/observed-node.js';
import { Bell } from '../bell.js';
import type { NodeFactsOptions } from './node-description.js';
import type { ClusterNode, ClusterPod } from './node-objects.js';
import { NodeView } from './node-view.js';

/** What happens to objects of one sort: first, and after each gap, all that are there; then what changes. */
export interface Followed<Item> {
  all(items: readonly Item[]): void;
  put(item: Item): void;
  removed(item: Item): void;
}

/** Follows the node, or all pods on it, until the signal aborts; takes lost connections up again by itself. */
export interface NodeFeeds {
  node(followed: Followed<ClusterNode>, signal: AbortSignal): Promise<void>;
  pods(followed: Followed<ClusterPod>, signal: AbortSignal): Promise<void>;
}

/** A burst of changes is told as one. */
const coalesceMs = 100;
/** Nothing is told by time alone; a wait that ends by itself only looks again. */
const lookAgainMs = 60_000;

/**
 * Yields the node when it is known with all its pods, then again whenever placement would see a difference. No node of that name:
 * an empty list. Ends when the signal aborts; what the feeds throw comes out.
 */
export async function* watchNode(
  feeds: NodeFeeds,
  options: NodeFactsOptions,
  signal: AbortSignal,
): AsyncGenerator<readonly ObservedNode[]> {
  const ended = new AbortController();
  const both = AbortSignal.any([signal, ended.signal]);
  const seen = new SeenNode(options);
  const feeding = Promise.all([feeds.node(seen.node, both), feeds.pods(seen.pods, both)]).finally(() => ended.abort());
  feeding.catch(() => undefined);
  try {
    while (!both.aborted) {
      await seen.changes.rung(lookAgainMs, both);
      const news = both.aborted ? undefined : seen.news();
      if (news !== undefined) yield news;
      await pause(coalesceMs, undefined, { signal: both }).catch(() => undefined);
    }
  } finally {
    ended.abort();
    await feeding;
  }
}

/** The view of the node as both feeds fill it; known when each has told all that it has. */
class SeenNode {
  readonly changes = new Bell();
  private readonly view: NodeView;
  private isNodeKnown = false;
  private arePodsKnown = false;

  readonly node: Followed<ClusterNode> = {
    all: ([node]) => {
      this.isNodeKnown = true;
      this.putNode(node);
    },
    put: (node) => this.putNode(node),
    removed: () => this.putNode(undefined),
  };

  readonly pods: Followed<ClusterPod> = {
    all: (pods) => {
      this.arePodsKnown = true;
      this.changed(() => this.view.putPods(pods));
    },
    put: (pod) => this.changed(() => this.view.putPod(pod)),
    removed: (pod) => this.changed(() => this.view.removePod(pod)),
  };

  constructor(options: NodeFactsOptions) {
    this.view = new NodeView(options);
  }

  news(): readonly ObservedNode[] | undefined {
    return this.isNodeKnown && this.arePodsKnown ? this.view.news() : undefined;
  }

  private putNode(node: ClusterNode | undefined): void {
    this.changed(() => this.view.putNode(node));
  }

  private changed(change: () => void): void {
    change();
    this.changes.ring();
  }
}
