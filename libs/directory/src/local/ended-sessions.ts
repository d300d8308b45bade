import type { SessionId, WorkloadId } from '@muster/contracts';
import { Periodic, type Clock, type RandomSource } from '@muster/platform';
import type { SessionCalls } from '../protocol/calls.js';
import type { NodeMeter } from './node-agent-parts.js';
import type { UsedUp } from './used-up.js';
import type { WorkloadEnds } from './workload-ends.js';
import type { WorkloadLedger } from './workload-ledger.js';

export interface EndedSessionsParts {
  calls: SessionCalls;
  ledger: WorkloadLedger;
  usedUp: UsedUp;
  ends: WorkloadEnds;
  meter: NodeMeter;
  clock: Clock;
  random: RandomSource;
  onError: (error: unknown) => void;
}

const periodMs = 120_000;
const deadlineMs = 5000;

/**
 * Stops what still runs here for sessions that have ended, for example while this node was cut off: nobody commands it any
 * more. Only global session's word that a session has ended counts; what it does not know is left alone.
 */
export class EndedSessions {
  private readonly rounds: Periodic;
  private readonly orphans = new Set<WorkloadId>();

  constructor(private readonly parts: EndedSessionsParts) {
    const { clock, random, onError } = parts;
    const run = (signal: AbortSignal): Promise<void> => this.round(signal);
    this.rounds = new Periodic({ name: 'sessions that have ended', periodMs, run, clock, random, onError });
  }

  start(): void {
    this.rounds.start();
  }

  stop(): Promise<void> {
    return this.rounds.stop();
  }

  /** Found, and not yet seen to end. */
  get count(): number {
    return this.orphans.size;
  }

  /** One question after the other, so that a whole round is never a burst. */
  private async round(signal: AbortSignal): Promise<void> {
    const sessions = new Set(this.parts.ledger.live().map(({ session }) => session));
    for (const session of sessions) {
      if (signal.aborted) return;
      if (await this.hasEnded(session, signal)) this.end(session);
    }
  }

  private async hasEnded(session: SessionId, signal: AbortSignal): Promise<boolean> {
    try {
      const { state } = await this.parts.calls.holder(session, { deadlineMs, signal });
      return state === 'closed' || state === 'failed';
    } catch (error) {
      if (!signal.aborted) this.parts.onError(error);
      return false;
    }
  }

  private end(session: SessionId): void {
    const { ledger, usedUp } = this.parts;
    for (const { workload: id, state } of ledger.ofSession(session)) {
      if (state === 'exited') continue;
      usedUp.add(id);
      void this.remove(id);
    }
  }

  private async remove(id: WorkloadId): Promise<void> {
    const { ends, meter } = this.parts;
    if (!this.orphans.has(id)) meter.foundOrphan();
    this.orphans.add(id);
    await ends.stop(id, 0);
    if (this.orphans.delete(id)) meter.removedOrphan();
  }
}
