import { MusterError, type InstanceId, type SessionId } from '@muster/contracts';
import type { Clock } from '@muster/platform';
import { updateDocument, type Collection, type DocumentStore } from '@muster/store';
import { sessionCollection, type SessionDocument } from '../session-document.js';
import type { Ledger } from './ledger.js';
import type { Holders, Report } from './ports.js';
import type { ProjectLocks } from './project-locks.js';
import type { ServiceRegistry } from './service-registry.js';
import type { SessionSignals } from './session-signals.js';
import { closing, type Wish } from './session-writes.js';

export interface SessionEndsParts {
  store: DocumentStore;
  registry: ServiceRegistry;
  ledger: Ledger;
  locks: ProjectLocks;
  holders: Pick<Holders, 'changed'>;
  signals: SessionSignals;
  clock: Clock;
  report: Report;
}

/** Ends sessions: what waits ends at once, what is held is closed by its holder. */
export class SessionEnds {
  private readonly sessions: Collection<SessionDocument>;

  constructor(private readonly parts: SessionEndsParts) {
    this.sessions = parts.store.collection(sessionCollection);
  }

  /** May be repeated; of one that has ended it changes nothing. Rejects with `unknown-session`. */
  async close(id: SessionId, wish: Wish): Promise<SessionDocument> {
    const change = (current: SessionDocument): SessionDocument | undefined => {
      const changed = closing(current, wish, this.parts.clock.nowMs());
      return changed === current ? undefined : changed;
    };
    const session = await updateDocument(this.sessions, id, change);
    if (session === undefined) throw new MusterError('unknown-session', `there is no session ${id}`);
    this.parts.signals.notify(id);
    if (session.live) this.tell(session);
    else await this.settle(session);
    return session;
  }

  /**
   * What a session leaves that has ended or waits again: the lock of its project goes with its end, its ledger entry in both
   * cases. May be repeated.
   */
  async settle(session: SessionDocument): Promise<void> {
    const { live, state, granted } = session;
    if (live && (state !== 'queued' || granted !== null)) return;
    if (!live) await this.parts.locks.release(session);
    await this.parts.ledger.release(session);
    this.parts.signals.notify(session._id);
  }

  private tell({ _id, epoch, holder }: SessionDocument): void {
    const service = this.parts.registry.alive(holder ?? ('' as InstanceId));
    if (service === undefined) return;
    this.parts.holders
      .changed(service.address, _id, epoch)
      .catch((error: unknown) => this.parts.report('a session service could not be told of an end', error));
  }
}
