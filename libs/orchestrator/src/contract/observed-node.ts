import type { NodeDescription } from '@muster/contracts';

/** A node as its back end sees it now. */
export interface ObservedNode {
  readonly description: NodeDescription;
  /** Why it should get no new work for the moment, for a person: `cordoned`, `not ready: ...`. What runs there goes on. */
  readonly pressure?: string;
}

/** For back ends whose nodes do not change while they are open: what is there now, then nothing more until the signal aborts. */
export async function* unchangingNodes(
  descriptions: readonly NodeDescription[],
  signal: AbortSignal,
): AsyncIterable<readonly ObservedNode[]> {
  if (signal.aborted) return;
  yield descriptions.map((description) => ({ description }));
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
