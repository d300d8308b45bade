import type { RandomSource } from '@muster/platform';
import type { RelaySettings } from './relay-settings.js';

/** Doubles with every attempt (from 0) up to the longest; the upper half of it by chance. */
export function backOffMs(
  attempt: number,
  { retryFirstMs, retryLongestMs }: Pick<RelaySettings, 'retryFirstMs' | 'retryLongestMs'>,
  random: RandomSource,
): number {
  return Math.min(retryLongestMs, retryFirstMs * 2 ** Math.min(attempt, 20)) * (0.5 + random.next() / 2);
}
