import { join } from 'node:path';
import type { WorkloadId } from '@muster/contracts';
import { BackendUnavailable, InvalidSpec, WorkloadNotFound } from '../../../contract/errors.js';
import type { WorkloadStatus } from '../../../contract/workload-status.js';
import { IdFile } from '../../id-file.js';
import { KeptWorkload, newRecord } from './kept-workload.js';
import { processesWritingTo } from './process-identity.js';
import { signalOne } from './process-group.js';
import type { KeeperEvent, KeeperSettings, Launch } from './protocol.js';
import { SparePool } from './spare-pool.js';
import { loadRecords, WorkloadFolder, type WorkloadRecord } from './workload-record.js';

interface Entry {
  readonly workload: KeptWorkload;
  readonly started: Promise<void>;
}

/**
 * Holds the workloads of one state directory. It starts each id at most once, never again after `stop`, remembers how each
 * ended, and forgets the oldest ended ones beyond a bound. It knows nothing of sockets.
 */
export class Keeper {
  private readonly entries = new Map<WorkloadId, Entry>();
  private readonly usedUp: IdFile;
  private readonly spares: SparePool;
  private isLeaving = false;
  private readonly listeners = new Set<(event: KeeperEvent) => void>();

  constructor(private readonly settings: KeeperSettings) {
    this.usedUp = new IdFile(join(settings.stateDir, 'used-up-ids'), settings.usedUpKept);
    this.spares = new SparePool(settings.stateDir, settings.spares);
    const records = loadRecords(settings.stateDir).sort((a, b) => a.startedAt.localeCompare(b.startedAt));
    for (const record of records) this.recover(record);
    this.forgetOldest();
  }

  get isIdle(): boolean {
    return this.running().length === 0;
  }

  async start(launch: Launch): Promise<void> {
    if (this.isLeaving) throw new BackendUnavailable('the keeper is ending');
    const known = this.entries.get(launch.id);
    if (this.usedUp.has(launch.id) || known?.workload.isUsedUp)
      throw new InvalidSpec(`${launch.id} was stopped and cannot start again`);
    if (known) return known.started;
    const workload = this.workloadOf(newRecord(launch));
    const started = workload.start(launch, this.spares);
    this.entries.set(launch.id, { workload, started });
    try {
      await started;
    } catch (error) {
      this.entries.delete(launch.id);
      throw error;
    }
  }

  inspect(id: WorkloadId): WorkloadStatus {
    return this.find(id).status();
  }

  find(id: WorkloadId): KeptWorkload {
    const entry = this.entries.get(id);
    if (!entry) throw new WorkloadNotFound(`no workload ${id}`);
    return entry.workload;
  }

  async stop(id: WorkloadId, graceMs: number): Promise<void> {
    this.usedUp.add(id);
    const entry = this.entries.get(id);
    if (!entry) return;
    const didStart = await entry.started.then(() => true).catch(() => false);
    if (didStart) await entry.workload.stop(graceMs);
  }

  list(): WorkloadStatus[] {
    return [...this.entries.values()].map((entry) => entry.workload.status());
  }

  onEvent(listener: (event: KeeperEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Looks at everything that runs; the answer says how many bytes the busiest printed since the last look. */
  look(): { busiestBytes: number } {
    const grown = this.running().map((workload) => workload.look().grewBytes);
    return { busiestBytes: Math.max(0, ...grown) };
  }

  /** For good: from now on nothing starts. */
  async stopAll(graceMs: number): Promise<void> {
    this.isLeaving = true;
    this.spares.close();
    await Promise.all([...this.entries.keys()].map((id) => this.stop(id, graceMs)));
  }

  /** Nothing of ours runs after that. */
  close(): void {
    this.spares.close();
  }

  private recover(record: WorkloadRecord): void {
    const workload = this.workloadOf(record);
    // Whoever asked for this start never got an answer and asks again: it must find nothing half-made.
    if (record.state === 'starting') return this.undoStart(record, workload);
    this.entries.set(record.id, { workload, started: Promise.resolve() });
    workload.recover();
  }

  private undoStart(record: WorkloadRecord, workload: KeptWorkload): void {
    const folder = new WorkloadFolder(this.settings.stateDir, record.id);
    for (const pid of processesWritingTo([folder.file('stdout')])) signalOne(pid, 'SIGKILL');
    workload.forget();
  }

  private workloadOf(record: WorkloadRecord): KeptWorkload {
    const folder = new WorkloadFolder(this.settings.stateDir, record.id);
    return new KeptWorkload(record, folder, (workload) => this.onChange(workload));
  }

  private onChange(workload: WorkloadStatus): void {
    this.emit({ type: 'changed', workload });
    if (workload.state === 'exited') this.forgetOldest();
  }

  private emit(event: KeeperEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  private running(): KeptWorkload[] {
    return [...this.entries.values()].map((entry) => entry.workload).filter((workload) => !workload.hasEnded);
  }

  /** The oldest by their end: one that ran for long must still be seen to end. */
  private forgetOldest(): void {
    const ended = [...this.entries.values()].map((entry) => entry.workload).filter((workload) => workload.hasEnded);
    ended.sort((a, b) => a.endedAt.localeCompare(b.endedAt));
    for (const workload of ended.slice(0, Math.max(0, ended.length - this.settings.endedKept))) {
      this.usedUp.add(workload.id);
      this.entries.delete(workload.id);
      workload.forget();
      this.emit({ type: 'removed', id: workload.id });
    }
  }
}
