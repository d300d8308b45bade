import type { KnownNode } from './node-book.js';

export interface BookPolicy {
  /** How often nodes report. */
  periodMs: number;
  /** Missed reports after which a node gets no new work. */
  suspectAfterMissed: number;
  /** A node is down after the longer of these two. */
  downAfterMs: number;
  downAfterPeriods: number;
  /** Longest time that mass silence is taken for the directory's own fault, as long as some node still reports. */
  doubtMs: number;
  /** A node that is down for so long is forgotten. */
  forgetMs: number;
}

export const defaultBookPolicy: BookPolicy = {
  periodMs: 2000,
  suspectAfterMissed: 3,
  downAfterMs: 15_000,
  downAfterPeriods: 5,
  doubtMs: 300_000,
  forgetMs: 24 * 3_600_000,
};

type Heard = Pick<KnownNode, 'heardAtMs' | 'silence'>;

/** What its silence makes of a node. What is down stays down until it reports. */
export function stateByTime(node: Heard, nowMs: number, policy: BookPolicy, doubting: boolean): KnownNode['silence'] {
  if (node.silence === 'down') return 'down';
  const silentMs = nowMs - node.heardAtMs;
  if (silentMs <= suspectAfterMs(policy)) return 'ready';
  const downAfterMs = Math.max(policy.downAfterMs, policy.downAfterPeriods * policy.periodMs);
  return silentMs > downAfterMs && !doubting ? 'down' : 'suspect';
}

/**
 * More than half of at least three nodes fell silent within one period: that is rather the directory's own network. Nodes
 * that were down before say nothing about it. When nobody reports at all, this does not end.
 */
export function doubtsItself(nodes: readonly Heard[], nowMs: number, policy: BookPolicy): boolean {
  const counted = nodes.filter(({ silence }) => silence !== 'down');
  if (counted.length < 3) return false;
  const lastHeard = counted
    .filter(({ heardAtMs }) => nowMs - heardAtMs > suspectAfterMs(policy))
    .map(({ heardAtMs }) => heardAtMs);
  // The last reports before a cut lie within one period and its jitter.
  return (
    mostWithin(
      lastHeard.sort((a, b) => a - b),
      1.5 * policy.periodMs,
    ) >
    counted.length / 2
  );
}

export function suspectAfterMs({ suspectAfterMissed, periodMs }: BookPolicy): number {
  return suspectAfterMissed * periodMs;
}

/** The most of the sorted times that lie within one span. */
function mostWithin(times: readonly number[], spanMs: number): number {
  let first = 0;
  let most = 0;
  for (const [last, time] of times.entries()) {
    while (time - (times[first] ?? time) > spanMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
