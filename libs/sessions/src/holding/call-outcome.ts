import { MusterError } from '@muster/contracts';

/**
 * What a failed call means for what it asked:
 * - `later`: nobody knows; ask again, asking twice does no harm.
 * - `epoch`: the other side knows a newer epoch: look at the document before anything else.
 * - `node-epoch`: the node has restarted: fence it first.
 * - `refused`: it will not be done, without fault of the worker.
 * - `failed`: it was tried and failed.
 */
export type CallOutcome = 'later' | 'epoch' | 'node-epoch' | 'refused' | 'failed';

const passing = new Set<string>([
  'upstream-unavailable',
  'deadline-exceeded',
  'delivery-unknown',
  'store-unavailable',
  'not-ready',
  'too-many-requests',
  'request-timeout',
  'worker-unavailable',
  'not-authenticated',
  'token-expired',
  'superseded',
]);

export function outcomeOf(error: unknown): CallOutcome {
  if (!(error instanceof MusterError) || passing.has(error.code)) return 'later';
  if (error.code === 'stale') return error.extensions['matter'] === 'node-epoch' ? 'node-epoch' : 'epoch';
  return error.code === 'refused' || error.code === 'cancelled' ? 'refused' : 'failed';
}

export function textOf(error: unknown): string {
  if (error instanceof MusterError) return error.detail;
  return error instanceof Error ? error.message : 'unknown';
}
