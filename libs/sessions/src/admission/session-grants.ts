import { MusterError, type InstanceId, type PlacementExplanation } from '@muster/contracts';
import { inSpan, type Clock, type Tracer } from '@muster/platform';
import { RevisionConflict, type Collection, type DocumentStore } from '@muster/store';
import { sessionCollection, type SessionDocument } from '../session-document.js';
import { sessionSpan } from '../session-trace.js';
import { startFailureOf } from '../start-failure.js';
import { FirstSeen } from './first-seen.js';
import type { AdmissionMeter, Holders, Report } from './ports.js';
import type { ServiceRegistry } from './service-registry.js';
import type { SessionEnds } from './session-ends.js';
import type { SessionSignals } from './session-signals.js';
import { ended, explained, granted, takenOver, ungranted } from './session-writes.js';

export interface SessionGrantsParts {
  store: DocumentStore;
  registry: ServiceRegistry;
  holders: Pick<Holders, 'changed'>;
  ends: SessionEnds;
  signals: SessionSignals;
  clock: Clock;
  tracer: Tracer;
  meter: AdmissionMeter;
  report: Report;
  grantConfirmMs: number;
  /** A grant was taken back at once: somebody else may have it now. */
  onTakenBack: () => void;
}

/**
 * Gives sessions to session services and takes unconfirmed grants back. Every write matches the `rev` that was decided on: if
 * another wrote first, nothing happens and the next round decides anew.
 */
export class SessionGrants {
  private readonly sessions: Collection<SessionDocument>;
  private readonly unconfirmed = new FirstSeen();

  constructor(private readonly parts: SessionGrantsParts) {
    this.sessions = parts.store.collection(sessionCollection);
  }

  /** True when this call granted it. The holder is told, and looks by itself too. */
  async grant(session: SessionDocument, holder: InstanceId): Promise<boolean> {
    return inSpan(this.parts.tracer, sessionSpan(session, { name: 'grant' }), async () => {
      const written = await this.write(granted(session, holder, this.parts.clock.nowMs()));
      if (written !== undefined) void this.offer(written, holder);
      return written !== undefined;
    });
  }

  /** The next epoch for another holder, which adopts what runs. True when this call did it. */
  async takeOver(session: SessionDocument, holder: InstanceId): Promise<boolean> {
    return inSpan(this.parts.tracer, sessionSpan(session, { name: 'take-over' }), async () => {
      const written = await this.write(takenOver(session, holder));
      if (written !== undefined) void this.tell(written, holder);
      return written !== undefined;
    });
  }

  /** Takes back grants that were not confirmed in time or whose service is gone or leaves; answers the sessions that wait again. */
  async expireUnconfirmed(offered: readonly SessionDocument[]): Promise<SessionDocument[]> {
    const { clock, registry, grantConfirmMs } = this.parts;
    const nowMs = clock.monotonicMs();
    const lapsed = offered.filter((session) => {
      const isOld = this.unconfirmed.ageMs(factOf(session), nowMs) > grantConfirmMs;
      const service = session.granted === null ? undefined : registry.alive(session.granted.holder);
      return isOld || service === undefined || service.leaving;
    });
    this.unconfirmed.retain(offered.map(factOf));
    for (const { granted } of lapsed) if (granted !== null) registry.suspect(granted.holder);
    const written = await Promise.all(lapsed.map((session) => this.takeBack(session)));
    return written.filter((session) => session !== undefined);
  }

  /** Ends a session that waits. */
  async fail(session: SessionDocument, reason: string): Promise<void> {
    const written = await this.write(ended(session, { state: 'failed', reason }, this.parts.clock.nowMs()));
    if (written === undefined) return;
    this.parts.meter.failed(startFailureOf(reason));
    await this.parts.ends.settle(written);
  }

  async explain(session: SessionDocument, text: string, placement: PlacementExplanation | null): Promise<void> {
    if (session.queue.explanation !== text) await this.write(explained(session, text, placement));
  }

  /** Removes a session that has lost its project to another before it ever was anything. */
  async discard(session: SessionDocument): Promise<void> {
    if (session.epoch === 0) await this.sessions.remove(session._id, session.rev);
    else await this.fail(session, 'project-open: the project is open in another session');
  }

  private async write(session: SessionDocument): Promise<SessionDocument | undefined> {
    try {
      const written = await this.sessions.replace(session);
      this.parts.signals.notify(session._id);
      return written;
    } catch (error) {
      if (error instanceof RevisionConflict) return undefined;
      throw error;
    }
  }

  private async takeBack(session: SessionDocument): Promise<SessionDocument | undefined> {
    const written = await this.write(ungranted(session));
    if (written !== undefined) await this.parts.ends.settle(written);
    return written;
  }

  /** A service that is not there any more cannot confirm: the grant is taken back at once. */
  private async offer(session: SessionDocument, holder: InstanceId): Promise<void> {
    if (await this.tell(session, holder)) return;
    try {
      if ((await this.takeBack(session)) !== undefined) this.parts.onTakenBack();
    } catch (error) {
      this.parts.report('a grant could not be taken back; it expires', error);
    }
  }

  /** False when nobody is there to be told; a service that is slow looks by itself. */
  private async tell({ _id, epoch }: SessionDocument, holder: InstanceId): Promise<boolean> {
    const { registry, holders, report } = this.parts;
    const service = registry.alive(holder);
    if (service === undefined) return false;
    try {
      await holders.changed(service.address, _id, epoch);
      return true;
    } catch (error) {
      report('a session service could not be told of a session', error);
      const isGone = error instanceof MusterError && error.extensions['sent'] === false;
      if (isGone) registry.suspect(holder);
      return !isGone;
    }
  }
}

function factOf({ _id, epoch }: SessionDocument): string {
  return `${_id} ${epoch}`;
}
