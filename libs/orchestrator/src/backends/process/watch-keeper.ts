import type { EventBuffer } from '../../contract/event-buffer.js';
import { isOwnedBy, type OwnershipFilter } from '../../contract/ownership.js';
import type { WorkloadEvent } from '../../contract/workload-event.js';
import { watchAgain } from '../watch-again.js';
import type { KeeperApi } from './keeper-api.js';
import type { KeeperEvent } from './keeper/protocol.js';

/** `watch` on the keeper: each new connection begins with the list, so a loss shows as another `synced`. */
export function watchKeeper(
  api: KeeperApi,
  filter: OwnershipFilter,
  signal: AbortSignal,
): AsyncGenerator<WorkloadEvent> {
  return watchAgain(
    (buffer, stop) => feedOnce(api, filter, buffer, stop),
    () => api.isClosed,
    signal,
  );
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
