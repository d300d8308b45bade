import type { Clock } from '@muster/platform';
import type { Collection, DocumentStore } from '@muster/store';
import { systemStopped } from '../holding/step-worker.js';
import { sessionCollection, type SessionDocument } from '../session-document.js';
import { inBatches } from './in-batches.js';
import { readAll } from './read-all.js';
import type { SessionEnds } from './session-ends.js';

const lookEveryMs = 100;

/** Ends everything that lives, because the whole installation stops. */
export class SystemStop {
  private readonly sessions: Collection<SessionDocument>;
  private stopping = false;

  constructor(
    store: DocumentStore,
    private readonly ends: SessionEnds,
    private readonly clock: Clock,
  ) {
    this.sessions = store.collection(sessionCollection);
  }

  /** From then on nothing is created or granted here. */
  get isStopping(): boolean {
    return this.stopping;
  }

  /** Closes all sessions and resolves when all have ended, or at the deadline; answers how many still live. */
  async stop(deadlineMs: number): Promise<number> {
    this.stopping = true;
    const untilMs = this.clock.monotonicMs() + deadlineMs;
    for (;;) {
      const live = await readAll(this.sessions, { where: { live: true } });
      if (live.length === 0 || this.clock.monotonicMs() >= untilMs) return live.length;
      const open = live.filter(({ desired }) => desired.state !== 'closed' || desired.reason !== systemStopped);
      await inBatches(open, ({ _id }) => this.close(_id));
      await this.clock.sleep(lookEveryMs);
    }
  }

  private async close(id: SessionDocument['_id']): Promise<void> {
    await this.ends.close(id, { reason: systemStopped, by: 'service:global-session' });
  }
}
