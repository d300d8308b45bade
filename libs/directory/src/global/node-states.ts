import type { NodeId, NodeStateLine } from '@muster/contracts';
import type { NodeBook, NodeChange } from './node-book.js';

type StateLine = Extract<NodeStateLine, { node: NodeId }>;

interface Follower {
  /** The newest line of each node that was not taken yet: bounded by the number of nodes, however slow the reader. */
  due: Map<NodeId, StateLine>;
  wake: () => void;
}

export interface FollowOptions {
  /** Resolves when a heartbeat is due. */
  heartbeat: (signal: AbortSignal) => Promise<void>;
  signal: AbortSignal;
}

/** Tells followers the state of every node, then each change. A slow follower misses steps, never the newest state. */
export class NodeStates {
  private readonly followers = new Set<Follower>();

  changed(change: NodeChange): void {
    const line = lineOf(change);
    for (const follower of this.followers) {
      follower.due.set(line.node, line);
      follower.wake();
    }
  }

  /** Ends without an error when the signal aborts. */
  async *follow(book: NodeBook, { heartbeat, signal }: FollowOptions): AsyncGenerator<NodeStateLine> {
    const follower: Follower = { due: new Map(), wake: () => undefined };
    this.followers.add(follower);
    try {
      yield* book.all().map((node) => lineOf({ node, state: book.stateOf(node) }));
      yield { synced: true };
      while (!signal.aborted) {
        if (follower.due.size === 0 && !(await this.somethingDue(follower, heartbeat, signal))) {
          if (!signal.aborted) yield { heartbeat: true };
          continue;
        }
        const due = [...follower.due.values()];
        follower.due.clear();
        yield* due;
      }
    } finally {
      this.followers.delete(follower);
    }
  }

  /** True when a line is there, false when a heartbeat is due or the signal aborted. */
  private async somethingDue(
    follower: Follower,
    heartbeat: FollowOptions['heartbeat'],
    signal: AbortSignal,
  ): Promise<boolean> {
    const waiting = new AbortController();
    const woken = new Promise<void>((resolve) => (follower.wake = resolve));
    const idle = heartbeat(AbortSignal.any([signal, waiting.signal])).catch(() => undefined);
    await Promise.race([woken, idle]);
    waiting.abort();
    follower.wake = () => undefined;
    return follower.due.size > 0;
  }
}

function lineOf({ node, state }: NodeChange): StateLine {
  return { node: node.id, name: node.description.name, state, nodeEpoch: node.nodeEpoch, address: node.address };
}
