import { setTimeout as pause } from 'node:timers/promises';
import { isOwnedBy, type OwnershipFilter } from '../../contract/ownership.js';
import type { WorkloadEvent } from '../../contract/workload-event.js';
import { EventBuffer } from '../../contract/event-buffer.js';
import type { KeeperApi } from './keeper-api.js';
import type { KeeperEvent } from './keeper/protocol.js';

const firstBackoffMs = 50;
const lastBackoffMs = 2000;

/** `watch` on the keeper: each new connection begins with the list, so a loss shows as another `synced`. */
export async function* watchKeeper(
  api: KeeperApi,
  filter: OwnershipFilter,
  signal: AbortSignal,
): AsyncGenerator<WorkloadEvent> {
  const buffer = new EventBuffer();
  const ended = new AbortController();
  const both = AbortSignal.any([signal, ended.signal]);
  const feeding = feed(api, filter, buffer, both).finally(() => ended.abort());
  try {
    while (!both.aborted) yield* await buffer.take(both);
  } finally {
    ended.abort();
    await feeding;
  }
}

async function feed(api: KeeperApi, filter: OwnershipFilter, buffer: EventBuffer, signal: AbortSignal): Promise<void> {
  let backoffMs = firstBackoffMs;
  while (!signal.aborted) {
    try {
      await feedOnce(api, filter, buffer, signal);
      backoffMs = firstBackoffMs;
    } catch (error) {
      if (api.isClosed) throw error;
      await pause(backoffMs, undefined, { signal }).catch(() => {});
      backoffMs = Math.min(2 * backoffMs, lastBackoffMs);
    }
  }
}

/** Returns when the connection is lost or the signal aborts. */
async function feedOnce(
  api: KeeperApi,
  filter: OwnershipFilter,
  buffer: EventBuffer,
  signal: AbortSignal,
): Promise<void> {
  const connection = await api.connect();
  const close = (): void => connection.close();
  signal.addEventListener('abort', close, { once: true });
  if (signal.aborted) close();
  try {
    let isSynced = false;
    const early: KeeperEvent[] = [];
    const put = (event: KeeperEvent): void => {
      if (!isSynced) early.push(event);
      else if (event.type === 'removed' || isOwnedBy(filter, event.workload)) buffer.put(event);
    };
    const listed = await connection.watch(put);
    buffer.put({ type: 'synced', workloads: listed.filter((workload) => isOwnedBy(filter, workload)) });
    isSynced = true;
    early.forEach(put);
    await connection.lost;
  } finally {
    signal.removeEventListener('abort', close);
    close();
  }
}
