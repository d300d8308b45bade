import type { WorkloadId } from '@muster/contracts';
import type { OrchestratorBackend, WorkloadHandle } from '@muster/orchestrator';
import { jittered, type Clock, type RandomSource } from '@muster/platform';
import type { LocalBook } from './local-book.js';
import type { PortPool } from './port-pool.js';
import type { ProgramGate } from './program-gate.js';
import type { WorkloadLedger } from './workload-ledger.js';

export interface WorkloadEndsParts {
  backend: OrchestratorBackend;
  book: LocalBook;
  ports: PortPool;
  ledger: WorkloadLedger;
  gate: ProgramGate;
  clock: Clock;
  random: RandomSource;
  onError: (error: unknown) => void;
}

/** Brings workloads to their end and gives back what they held; a stop that the back end did not hear is repeated. */
export class WorkloadEnds {
  private readonly stopping = new Map<WorkloadId, Promise<void>>();
  private readonly closing = new AbortController();

  constructor(private readonly parts: WorkloadEndsParts) {}

  /** Hardware, ports and forwarder are free again. What it held, if anything. */
  giveBack(id: WorkloadId): { workerType: string } | undefined {
    const entry = this.parts.book.release(id);
    if (entry !== undefined) this.parts.ports.give(entry.booking.hostPorts);
    this.parts.gate.end(id).catch(this.parts.onError);
    return entry;
  }

  /** It was never started, and nobody needs to hear of it. */
  async neverRan(id: WorkloadId): Promise<void> {
    this.parts.ledger.forget(id);
    this.giveBack(id);
    await this.parts.gate.end(id);
  }

  /** Its end shows by what the back end reports. Twice is once. */
  stop(handle: WorkloadHandle, graceMs: number): void {
    if (this.stopping.has(handle.id)) return;
    const stop = this.untilStopped(handle, graceMs).finally(() => this.stopping.delete(handle.id));
    this.stopping.set(handle.id, stop);
  }

  /** Resolves when everything that was told to stop has ended, or `close` was called. */
  async settled(): Promise<void> {
    while (this.stopping.size > 0) await Promise.all(this.stopping.values());
  }

  close(): void {
    this.closing.abort();
  }

  private async untilStopped(handle: WorkloadHandle, graceMs: number): Promise<void> {
    const { signal } = this.closing;
    for (let pauseMs = 200; !signal.aborted; pauseMs = Math.min(pauseMs * 2, 10_000)) {
      try {
        return await this.parts.backend.stop(handle, { graceMs });
      } catch (error) {
        this.parts.onError(error);
      }
      await this.parts.clock.sleep(jittered(pauseMs, this.parts.random), signal).catch(() => undefined);
    }
  }
}
