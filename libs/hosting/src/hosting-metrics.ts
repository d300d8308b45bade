import { statfs } from 'node:fs/promises';
import { gaugeOf, secondsOf, type Metrics, type Runtime } from '@muster/platform';
import type { DocumentStore } from '@muster/store';
import { MeasuredStore } from './measured-store.js';

/** Of processes that use the database or keep files. */
export const hostingMetrics = {
  store: secondsOf(
    'muster_store_operation_duration_seconds',
    'Time of one call to the database; refused = another write came first, failed = it could not answer',
    {
      labels: ['collection', 'operation', 'outcome'],
      buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    },
  ),
  diskFree: gaugeOf('muster_data_folder_free_bytes', 'Free space on the disk of the data folder'),
  diskSize: gaugeOf('muster_data_folder_size_bytes', 'Size of the disk of the data folder'),
} as const;

export function measuredStore(store: DocumentStore, { metrics, clock }: Runtime): DocumentStore {
  const times = metrics.histogram(hostingMetrics.store);
  return new MeasuredStore(store, clock, (operation, tookMs) => times.observe({ ...operation }, tookMs / 1000));
}

/** Where there is a data folder; services that keep no files have none. */
export function showDisk(metrics: Metrics, folder: string): void {
  const disk = (): Promise<{ bsize: number; bavail: number; blocks: number } | undefined> =>
    statfs(folder).catch(() => undefined);
  metrics.gauge(hostingMetrics.diskFree, async () => ofDisk(await disk(), 'bavail'));
  metrics.gauge(hostingMetrics.diskSize, async () => ofDisk(await disk(), 'blocks'));
}

function ofDisk(
  disk: { bsize: number; bavail: number; blocks: number } | undefined,
  which: 'bavail' | 'blocks',
): number | [] {
  return disk === undefined ? [] : disk[which] * disk.bsize;
}
