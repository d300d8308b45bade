import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkloadId } from '@muster/contracts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KeptWorkload, newRecord } from './kept-workload.js';
import type { Launch } from './protocol.js';
import type { SparePool } from './spare-pool.js';
import { WorkloadFolder } from './workload-record.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-kept-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const launch: Launch = {
  id: 'wl_1' as WorkloadId,
  kind: 'worker',
  ownership: { installationId: 'ins_1', nodeId: 'nod_1' },
  booking: { cpuMillis: 1, memoryBytes: 1, diskBytes: 0, hostPorts: [], gpus: [] },
  file: process.execPath,
  args: [],
  env: {},
  maxOutputBytes: 1024,
} as unknown as Launch;

it('a workload is not taken for lost while a spare is told to become it', async () => {
  const told = Promise.withResolvers<number>();
  const spares = { take: () => ({ become: () => told.promise }) } as unknown as SparePool;
  const seen: string[] = [];
  const workload = new KeptWorkload(newRecord(launch), new WorkloadFolder(folder, launch.id), ({ state }) =>
    seen.push(state),
  );
  const started = workload.start(launch, spares);
  workload.look();
  expect(workload.status().state).toBe('starting');
  told.resolve(process.pid);
  await started;
  expect([workload.status().state, seen]).toEqual(['running', ['running']]);
});
