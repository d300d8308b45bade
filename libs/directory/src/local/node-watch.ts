import { isDeepStrictEqual } from 'node:util';
import type { NodeId } from '@muster/contracts';
import type { ObservedNode, OrchestratorBackend } from '@muster/orchestrator';
import { jittered, type Clock, type RandomSource } from '@muster/platform';

export interface NodeWatchParts {
  node: NodeId;
  backend: Pick<OrchestratorBackend, 'watchNodes'>;
  /** Told of the node when it is not as it was. */
  onChange: (observed: ObservedNode) => void;
  clock: Clock;
  random: RandomSource;
  onError: (error: unknown) => void;
}

/** Observes what becomes of the node itself: what others take of it, that it is cordoned, that it is under pressure. */
export class NodeWatch {
  private readonly closing = new AbortController();
  private running: Promise<void> | undefined;
  private last: ObservedNode | undefined;

  constructor(private readonly parts: NodeWatchParts) {}

  start(): void {
    this.running = this.follow();
  }

  async stop(): Promise<void> {
    this.closing.abort();
    await this.running;
  }

  private async follow(): Promise<void> {
    const { signal } = this.closing;
    for (let pauseMs = 200; !signal.aborted; pauseMs = Math.min(pauseMs * 2, 10_000)) {
      try {
        for await (const nodes of this.parts.backend.watchNodes(signal)) {
          pauseMs = 200;
          this.seen(nodes.find(({ description }) => description.id === this.parts.node));
        }
      } catch (error) {
        this.parts.onError(error);
      }
      await this.parts.clock.sleep(jittered(pauseMs, this.parts.random), signal).catch(() => undefined);
    }
  }

  private seen(observed: ObservedNode | undefined): void {
    if (observed === undefined || isDeepStrictEqual(observed, this.last)) return;
    const { last } = this;
    this.last = observed;
    const same = last !== undefined && isDeepStrictEqual(observed.description, last.description);
    this.parts.onChange(same ? { ...observed, description: last.description } : observed);
  }
}
