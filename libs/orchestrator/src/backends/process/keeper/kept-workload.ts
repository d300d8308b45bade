import { watch, type FSWatcher } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { WorkloadId } from '@muster/contracts';
import { InvalidSpec } from '../../../contract/errors.js';
import type { ExitReason, WorkloadStatus } from '../../../contract/workload-status.js';
import { filesError } from './keeper-error.js';
import { OutputFile } from './output-file.js';
import { groupIsGone, signalGroup, signalOne } from './process-group.js';
import { processesWritingTo, processStartOf } from './process-identity.js';
import type { Launch, OutputPositions, OutputReply } from './protocol.js';
import type { SparePool } from './spare-pool.js';
import { spawnWorkload } from './spawn-workload.js';
import { statusOf, WorkloadFolder, type WorkloadRecord } from './workload-record.js';

const tailBytes = 2048;
const pieceBytes = 256 * 1024;

/** One workload in the keeper's hands, from its start (or its adoption from a dead keeper) until it is forgotten. */
export class KeptWorkload {
  /** Resolves when it has ended, with all its processes, and its scratch directory is gone. */
  readonly ended: Promise<void>;
  private readonly stdout: OutputFile;
  private readonly stderr: OutputFile;
  private readonly waiting = new Set<() => void>();
  private resolveEnded: () => void = () => {};
  private killTimer: NodeJS.Timeout | undefined;
  private killAt = Infinity;
  private watcher: FSWatcher | undefined;
  /** We hear of its end; from the moment on at which its start begins, which may take a while before there is a process. */
  private isOurChild = false;
  /** Of an adopted one: a number that was its own a moment ago is not yet a stranger's. */
  private hasBeenSeen = false;
  private lastEnd = 0;

  constructor(
    private readonly record: WorkloadRecord,
    private readonly folder: WorkloadFolder,
    private readonly onChange: (status: WorkloadStatus) => void,
  ) {
    this.ended = new Promise((resolve) => (this.resolveEnded = resolve));
    this.stdout = new OutputFile(folder.file('stdout'), record.maxOutputBytes, record.stdout);
    this.stderr = new OutputFile(folder.file('stderr'), record.maxOutputBytes, record.stderr);
  }

  get id(): WorkloadId {
    return this.record.id;
  }

  get hasEnded(): boolean {
    return this.record.state === 'exited';
  }

  /** ISO 8601; empty while it runs. */
  get endedAt(): string {
    return this.record.exit?.endedAt ?? '';
  }

  get isUsedUp(): boolean {
    return this.record.stopped;
  }

  status(): WorkloadStatus {
    return statusOf(this.record);
  }

  /** Resolves once the program runs. On failure nothing of it is left. */
  async start(launch: Launch, spares: SparePool): Promise<void> {
    this.isOurChild = true;
    try {
      this.makeFolder();
      const onExit = (code: number | null, signal: string | null): void => this.onExit(code, signal);
      const pid = await spawnWorkload(launch, this.folder, this.record, { spares, onExit });
      this.record.pid = pid;
      this.record.processStart = processStartOf(pid);
      if (this.hasEnded) return;
      this.record.state = 'running';
      this.folder.save(this.record);
      this.onChange(this.status());
    } catch (error) {
      if (this.record.pid !== undefined) signalGroup(this.record.pid, 'SIGKILL');
      await this.removeScratch();
      this.folder.remove();
      throw error;
    }
  }

  /** After the death of the keeper that started it: goes on if its process still lives, else ends as lost. */
  recover(): void {
    if (this.hasEnded) this.resolveEnded();
    else this.endIfGone();
  }

  /** May be called again; the earliest deadline of all calls holds. */
  stop(graceMs: number): Promise<void> {
    if (!this.record.stopped) {
      this.record.stopped = true;
      this.trySave();
    }
    if (this.hasEnded) return this.ended;
    if (graceMs > 0) this.signal('SIGTERM');
    this.killLater(graceMs);
    return this.ended;
  }

  /** Called a few times a second: bounds the output, wakes who waits for it, notices the end of adopted processes. */
  look(): { grewBytes: number } {
    if (!this.isOurChild) this.endIfGone();
    const end = this.stdout.end() + this.stderr.end();
    const grewBytes = end - this.lastEnd;
    this.lastEnd = end;
    if (this.waiting.size === 0) this.unwatch();
    if (grewBytes > 0) this.wake();
    if ([this.stdout.rotate(), this.stderr.rotate()].includes(true)) this.trySave();
    return { grewBytes };
  }

  output(from: OutputPositions): OutputReply {
    const stdout = this.stdout.read(from.stdout, pieceBytes);
    const stderr = this.stderr.read(from.stderr, pieceBytes);
    const isAtEnd = stdout.at + stdout.bytes >= this.stdout.end() && stderr.at + stderr.bytes >= this.stderr.end();
    return { stdout, stderr, complete: this.hasEnded && isAtEnd };
  }

  /** Resolves when there may be new output or the workload has ended. */
  async moreOutput(signal: AbortSignal): Promise<void> {
    if (this.hasEnded || signal.aborted) return;
    this.watchOutput();
    let wake = (): void => {};
    await new Promise<void>((resolve) => {
      wake = resolve;
      this.waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
    this.waiting.delete(wake);
    signal.removeEventListener('abort', wake);
  }

  forget(): void {
    this.unwatch();
    this.folder.remove();
  }

  private makeFolder(): void {
    try {
      this.folder.create();
      this.folder.save(this.record);
    } catch (error) {
      throw filesError(error);
    }
  }

  private onExit(code: number | null, signal: string | null): void {
    if (this.record.pid !== undefined) signalGroup(this.record.pid, 'SIGKILL');
    this.end(code, signal, signal === null ? 'exit' : 'signal');
  }

  private endIfGone(): void {
    const { pid, processStart } = this.record;
    if (this.hasEnded) return;
    if (pid !== undefined && processStart !== undefined && processStartOf(pid) === processStart) {
      this.hasBeenSeen = true;
      return;
    }
    if (pid !== undefined && this.hasBeenSeen) signalGroup(pid, 'SIGKILL');
    const members = processesWritingTo([this.stdout.path, this.stderr.path]);
    for (const member of members) signalOne(member, 'SIGKILL');
    this.end(null, null, 'lost');
  }

  private end(code: number | null, signal: string | null, reason: ExitReason): void {
    if (this.hasEnded) return;
    clearTimeout(this.killTimer);
    this.record.state = 'exited';
    this.record.exit = {
      code,
      signal,
      reason: this.record.stopped ? 'stopped' : reason,
      outputTail: this.stdout.tail(tailBytes) + this.stderr.tail(tailBytes),
      endedAt: new Date().toISOString(),
    };
    this.stdout.rotate();
    this.stderr.rotate();
    this.trySave();
    this.onChange(this.status());
    this.wake();
    void this.cleanUp();
  }

  private async cleanUp(): Promise<void> {
    if ((this.isOurChild || this.hasBeenSeen) && this.record.pid !== undefined) await groupIsGone(this.record.pid);
    await this.removeScratch();
    this.resolveEnded();
  }

  private async removeScratch(): Promise<void> {
    const { scratchDir } = this.record;
    if (scratchDir !== undefined) await rm(scratchDir, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
  }

  private killLater(graceMs: number): void {
    const at = performance.now() + graceMs;
    if (at >= this.killAt) return;
    this.killAt = at;
    clearTimeout(this.killTimer);
    this.killTimer = setTimeout(() => this.signal('SIGKILL'), graceMs);
  }

  private signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    const { pid, processStart } = this.record;
    if (pid === undefined || this.hasEnded) return;
    if (this.isOurChild || processStartOf(pid) === processStart) signalGroup(pid, signal);
  }

  private wake(): void {
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const resolve of waiting) resolve();
    if (this.hasEnded) this.unwatch();
  }

  /** Only makes it faster: where the system has no watch left, `look` wakes who waits. */
  private watchOutput(): void {
    try {
      if (this.watcher) return;
      this.watcher = watch(this.folder.path, (_, name) => (name?.startsWith('std') ? this.wake() : undefined));
      this.watcher.on('error', () => this.unwatch());
    } catch {
      this.watcher = undefined;
    }
  }

  private unwatch(): void {
    this.watcher?.close();
    this.watcher = undefined;
  }

  /** A full disk must not keep us from noticing and reporting an end; a later keeper then finds it lost. */
  private trySave(): void {
    try {
      this.folder.save(this.record);
    } catch (error) {
      process.stderr.write(`record of ${this.id} not written: ${String(error)}\n`);
    }
  }
}

/** The record of a workload that is about to start. */
export function newRecord(launch: Launch): WorkloadRecord {
  if (launch.maxOutputBytes < 2) throw new InvalidSpec('maxOutputBytes is too small');
  return {
    version: 1,
    id: launch.id,
    kind: launch.kind,
    ownership: launch.ownership,
    booking: launch.booking,
    startedAt: new Date().toISOString(),
    maxOutputBytes: launch.maxOutputBytes,
    stdout: { dropped: 0, older: 0, lost: 0 },
    stderr: { dropped: 0, older: 0, lost: 0 },
    state: 'starting',
    stopped: false,
  };
}
