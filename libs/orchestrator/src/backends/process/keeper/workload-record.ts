import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HardwareBooking, WorkloadId } from '@muster/contracts';
import type { Ownership, WorkloadKind } from '../../../contract/ownership.js';
import type { WorkloadExit, WorkloadState, WorkloadStatus } from '../../../contract/workload-status.js';
import type { OutputState } from './output-file.js';

/** What a later keeper must know of a workload. The environment is not in it: it may hold a token. */
export interface WorkloadRecord {
  readonly version: 1;
  readonly id: WorkloadId;
  readonly kind: WorkloadKind;
  readonly ownership: Ownership;
  readonly booking: HardwareBooking;
  readonly startedAt: string;
  readonly maxOutputBytes: number;
  readonly stdout: OutputState;
  readonly stderr: OutputState;
  state: WorkloadState;
  /** `stop` was called: the id is used up. */
  stopped: boolean;
  pid?: number;
  /** See `processStartOf`; absent where the system cannot tell. */
  processStart?: string;
  /** Only if the keeper made it, so that it may remove it. */
  scratchDir?: string;
  exit?: WorkloadExit;
}

export function statusOf(record: WorkloadRecord): WorkloadStatus {
  const { id, kind, ownership, booking, state, startedAt, exit } = record;
  const handle = { version: 1, backend: 'process', id } as const;
  return { handle, id, kind, ownership, booking, state, startedAt, ...(exit && { exit }) };
}

/** The directory of one workload: `<stateDir>/workloads/<id>` with its record and its output. */
export class WorkloadFolder {
  readonly path: string;

  constructor(stateDir: string, id: WorkloadId) {
    this.path = join(workloadsDir(stateDir), id);
  }

  create(): void {
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** Whole or not at all, also if we are killed in the middle. */
  save(record: WorkloadRecord): void {
    const next = this.file('record.next');
    writeFileSync(next, JSON.stringify(record), { mode: 0o600 });
    renameSync(next, this.file('record.json'));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Every readable record; a folder without one was never started and is removed. */
export function loadRecords(stateDir: string): WorkloadRecord[] {
  mkdirSync(workloadsDir(stateDir), { recursive: true, mode: 0o700 });
  return readdirSync(workloadsDir(stateDir)).flatMap((id) => {
    const folder = new WorkloadFolder(stateDir, id as WorkloadId);
    try {
      return [JSON.parse(readFileSync(folder.file('record.json'), 'utf8')) as WorkloadRecord];
    } catch {
      folder.remove();
      return [];
    }
  });
}

function workloadsDir(stateDir: string): string {
  return join(stateDir, 'workloads');
}
