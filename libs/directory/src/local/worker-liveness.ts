import type { WorkloadId } from '@muster/contracts';
import { Periodic, type Clock, type RandomSource } from '@muster/platform';
import type { BookEntry, LocalBook } from './local-book.js';
import type { ProgramGate } from './program-gate.js';
import type { ProgramProbe } from './program-probe.js';
import type { UsedUp } from './used-up.js';
import type { WorkloadEnds } from './workload-ends.js';
import type { WorkloadLedger } from './workload-ledger.js';
import type { Endpoint } from './workload-place.js';

export interface LivenessLimits {
  /** 0 = workers are never asked. */
  periodMs: number;
  /** A worker that has answered before and then misses so many times in a row is ended. */
  maxMisses: number;
}

export interface WorkerLivenessParts {
  limits: LivenessLimits;
  /** Where a worker is reached from this node. */
  nearOf: (entry: BookEntry) => Endpoint | undefined;
  book: LocalBook;
  ledger: WorkloadLedger;
  gate: ProgramGate;
  usedUp: UsedUp;
  ends: WorkloadEnds;
  probe: ProgramProbe;
  clock: Clock;
  random: RandomSource;
  onError: (error: unknown) => void;
}

const atOnce = 16;
const probe = { port: 0, httpGet: '/health/live' };

/**
 * Ends workers that hang: asked from their own node, so that a broken path between computers never ends one. A worker that
 * has not answered yet is left to its holder's start limits; programs that do not speak our protocol are not asked.
 */
export class WorkerLiveness {
  /** Misses in a row of those that have answered. */
  private readonly misses = new Map<WorkloadId, number>();
  private readonly ended = new Set<WorkloadId>();
  private readonly rounds: Periodic;

  constructor(private readonly parts: WorkerLivenessParts) {
    const { limits, clock, random, onError } = parts;
    const run = (signal: AbortSignal): Promise<void> => this.round(signal);
    this.rounds = new Periodic({ name: 'liveness of workers', periodMs: limits.periodMs, run, clock, random, onError });
  }

  start(): void {
    if (this.parts.limits.periodMs > 0) this.rounds.start();
  }

  stop(): Promise<void> {
    return this.rounds.stop();
  }

  /** Whether it was ended here for not answering. Asked once, at its end. */
  hasEnded(id: WorkloadId): boolean {
    this.misses.delete(id);
    return this.ended.delete(id);
  }

  private async round(signal: AbortSignal): Promise<void> {
    const running = this.parts.ledger.live().filter(({ state }) => state === 'running');
    const ids = running.map(({ workload }) => workload).filter((id) => !this.parts.gate.guards(id));
    for (let first = 0; first < ids.length && !signal.aborted; first += atOnce) {
      await Promise.all(ids.slice(first, first + atOnce).map((id) => this.ask(id)));
    }
  }

  private async ask(id: WorkloadId): Promise<void> {
    const entry = this.parts.book.get(id);
    if (entry === undefined || entry.booking.hostPorts.length === 0) return;
    const near = this.parts.nearOf(entry);
    if (near === undefined) return;
    const answers = await this.parts.probe.answers(near, probe);
    if (this.parts.ledger.get(id)?.state !== 'running') return;
    const before = this.misses.get(id);
    if (answers) this.misses.set(id, 0);
    else if (before !== undefined) this.missed(id, before + 1);
  }

  private missed(id: WorkloadId, misses: number): void {
    this.misses.set(id, misses);
    if (misses < this.parts.limits.maxMisses) return;
    this.ended.add(id);
    this.parts.usedUp.add(id);
    void this.parts.ends.stop(id, 0);
  }
}
