import type { WorkloadEvent } from '../contract/workload-event.js';
import type { WorkloadStatus } from '../contract/workload-status.js';

/** What a watcher that knows `before` must be told to know `now`. */
export function differences(before: readonly WorkloadStatus[], now: readonly WorkloadStatus[]): WorkloadEvent[] {
  const old = new Map(before.map((workload) => [workload.id, workload]));
  const current = new Set(now.map(({ id }) => id));
  return [
    ...now
      .filter((workload) => isUnlike(old.get(workload.id), workload))
      .map((workload) => ({ type: 'changed', workload }) as const),
    ...before.filter(({ id }) => !current.has(id)).map(({ id }) => ({ type: 'removed', id }) as const),
  ];
}

function isUnlike(one: WorkloadStatus | undefined, other: WorkloadStatus): boolean {
  return (
    one !== other &&
    (one?.state !== other.state ||
      one.progress !== other.progress ||
      one.startedAt !== other.startedAt ||
      one.address !== other.address ||
      one.ready !== other.ready)
  );
}
