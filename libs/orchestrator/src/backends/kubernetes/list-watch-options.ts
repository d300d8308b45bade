import { processClock, type MonotonicClock } from './monotonic-clock.js';

export interface ListWatchOptions {
  /** Objects of one page. */
  readonly pageSize: number;
  /** The server ends a watch after a random time between these. */
  readonly watchSeconds: readonly [least: number, most: number];
  /** A watch without a byte for so long is taken for dead; bookmarks come about once a minute. */
  readonly idleMs: number;
  /** Everything is listed again after a random time between these, whatever the watch said. */
  readonly relistMs: readonly [least: number, most: number];
  readonly firstBackoffMs: number;
  readonly lastBackoffMs: number;
  /**
   * After a loss, or where a follower failed, everything is listed anew, for followers to whom a resumed watch says too little:
   * they hear `synced`.
   */
  readonly listsAfterLoss: boolean;
  /** 0 to 1. */
  readonly random: () => number;
  /** Of the pauses. */
  readonly clock: MonotonicClock;
  /** Told of each loss, which is taken up again by itself, and of what followers throw. */
  readonly onError: (error: unknown) => void;
}

export const listWatchDefaults: ListWatchOptions = {
  pageSize: 500,
  watchSeconds: [240, 300],
  idleMs: 90_000,
  relistMs: [600_000, 1_800_000],
  firstBackoffMs: 200,
  lastBackoffMs: 10_000,
  listsAfterLoss: false,
  random: Math.random,
  clock: processClock,
  onError: () => {},
};
