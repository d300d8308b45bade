import type { SessionId } from '@muster/contracts';
import { stale } from './stale.js';

interface SessionFence {
  epoch: number;
  reportTo: string | undefined;
  /** False for a session found after our restart, until its holder has fenced it in this node epoch. */
  fenced: boolean;
}

/**
 * The highest epoch that this node has seen of every session, and who holds it. Commands of older epochs are refused.
 * Bounded: sessions of which nothing is here any more are forgotten first come, first gone.
 */
export class SessionFences {
  private readonly fences = new Map<SessionId, SessionFence>();

  constructor(
    private readonly isNeeded: (session: SessionId) => boolean,
    private readonly maxSessions = 10_000,
  ) {}

  /** A session found running after our restart: its label says an epoch, nobody has commanded it yet. */
  adopt(session: SessionId, epoch: number): void {
    const known = this.fences.get(session);
    if (known === undefined) this.fences.set(session, { epoch, reportTo: undefined, fenced: false });
    else known.epoch = Math.max(known.epoch, epoch);
  }

  /** From now on only this epoch and newer ones. Throws `stale` when a newer one is known. */
  fence(session: SessionId, epoch: number, reportTo: string): void {
    this.requireNotOlder(session, epoch);
    this.set(session, { epoch, reportTo, fenced: true });
  }

  /** A reservation's epoch counts as seen, but does not replace the fence. The epoch that is known if this one is too old. */
  newerThan(session: SessionId, epoch: number): number | undefined {
    const known = this.fences.get(session);
    if (known !== undefined && known.epoch > epoch) return known.epoch;
    if (known === undefined) this.set(session, { epoch, reportTo: undefined, fenced: true });
    else known.epoch = epoch;
    return undefined;
  }

  /** Throws `stale` when the command's epoch is old, or the session was found here and not fenced since. */
  admit(session: SessionId, epoch: number, reportTo?: string): void {
    this.requireNotOlder(session, epoch);
    const known = this.fences.get(session);
    if (known?.fenced === false) {
      throw stale('node-epoch', known.epoch, `this node has restarted: fence ${session} before commanding it`);
    }
    this.set(session, { epoch, reportTo: reportTo ?? known?.reportTo, fenced: true });
  }

  reportTo(session: SessionId): string | undefined {
    return this.fences.get(session)?.reportTo;
  }

  epochOf(session: SessionId): number | undefined {
    return this.fences.get(session)?.epoch;
  }

  private requireNotOlder(session: SessionId, epoch: number): void {
    const known = this.fences.get(session);
    if (known !== undefined && known.epoch > epoch) {
      throw stale('epoch', known.epoch, `session ${session} has epoch ${known.epoch} here, the command has ${epoch}`);
    }
  }

  private set(session: SessionId, fence: SessionFence): void {
    this.fences.delete(session);
    this.fences.set(session, fence);
    if (this.fences.size <= this.maxSessions) return;
    for (const each of this.fences.keys()) {
      if (this.fences.size <= this.maxSessions) return;
      if (each !== session && !this.isNeeded(each)) this.fences.delete(each);
    }
  }
}
