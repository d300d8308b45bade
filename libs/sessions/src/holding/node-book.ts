import type { NodeId, NodeState, NodeStateLine } from '@muster/contracts';
import { jittered, type Clock, type RandomSource } from '@muster/platform';
import type { DirectoryPort, HolderLog } from './ports.js';

export interface KnownNode {
  state: NodeState;
  nodeEpoch: number;
  address: string;
}

interface NodeBookOptions {
  directory: Pick<DirectoryPort, 'nodeStates'>;
  clock: Clock;
  random: RandomSource;
  log: HolderLog;
  /** Called after every change of a node. */
  onChange: (node: NodeId) => void;
}

/** The stream beats more often than this. */
const silenceMs = 20_000;

/** Follows the directory's stream of node states, and reads it anew whenever it ends. A node that is not in it is unknown. */
export class NodeBook {
  private readonly stopping = new AbortController();
  private nodes = new Map<NodeId, KnownNode>();
  private following: Promise<void> | undefined;

  constructor(private readonly options: NodeBookOptions) {}

  start(): void {
    this.following = this.follow();
  }

  async stop(): Promise<void> {
    this.stopping.abort(new DOMException('stopping', 'AbortError'));
    await this.following;
  }

  get(node: NodeId): KnownNode | undefined {
    return this.nodes.get(node);
  }

  private async follow(): Promise<void> {
    const { clock, random, log } = this.options;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.readOnce(signal);
      } catch (error) {
        if (!signal.aborted) log.warn({ error }, 'the stream of node states ended');
      }
      await clock.sleep(jittered(1000, random), signal).catch(() => undefined);
    }
  }

  /** Lines before `synced` are a whole new picture; what it lacks has become unknown. A stream that falls silent is given up. */
  private async readOnce(signal: AbortSignal): Promise<void> {
    const unseen = new Set(this.nodes.keys());
    const silent = new AbortController();
    let cancel = this.watchSilence(silent);
    try {
      for await (const line of this.options.directory.nodeStates(AbortSignal.any([signal, silent.signal]))) {
        cancel();
        cancel = this.watchSilence(silent);
        this.take(line, unseen);
      }
    } finally {
      cancel();
    }
  }

  private watchSilence(silent: AbortController): () => void {
    return this.options.clock.after(silenceMs, () => silent.abort(new DOMException('silent', 'AbortError')));
  }

  private take(line: NodeStateLine, unseen: Set<NodeId>): void {
    if ('synced' in line) {
      for (const node of unseen) this.forget(node);
      unseen.clear();
    } else if ('node' in line) {
      unseen.delete(line.node);
      this.note(line);
    }
  }

  private note({ node, state, nodeEpoch, address }: Extract<NodeStateLine, { node: NodeId }>): void {
    const known = this.nodes.get(node);
    // Replicas of the directory may be behind each other: a node epoch never goes back.
    if (known !== undefined && known.nodeEpoch > nodeEpoch) return;
    if (known?.state === state && known.nodeEpoch === nodeEpoch && known.address === address) return;
    this.nodes.set(node, { state, nodeEpoch, address });
    this.options.onChange(node);
  }

  private forget(node: NodeId): void {
    this.nodes.delete(node);
    this.options.onChange(node);
  }
}
