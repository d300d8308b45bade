import { MusterError, type PlanAnswer, type SessionId } from '@muster/contracts';
import { jittered, type Clock, type RandomSource } from '@muster/platform';
import type { Collection, DocumentStore } from '@muster/store';
import { sessionCollection, type SessionDocument } from '../session-document.js';
import { admit, type AdmissionStep, type WaitingSession } from './admit.js';
import { dryPlanOf } from './dry-plan.js';
import { inBatches } from './in-batches.js';
import type { Ledger } from './ledger.js';
import type { MeasuredTimes } from './measured-times.js';
import type { Directory, Report } from './ports.js';
import type { ProjectLocks } from './project-locks.js';
import type { QueueBook, QueueLine } from './queue-book.js';
import type { RoomBook } from './room-book.js';
import { readAll } from './read-all.js';
import type { SessionGrants } from './session-grants.js';
import type { SessionSignals } from './session-signals.js';
import type { AdmissionSettings } from './settings.js';
import { demandOf, type UserLimits } from './user-limits.js';

export interface AdmissionQueueParts {
  store: DocumentStore;
  directory: Pick<Directory, 'plan'>;
  rooms: RoomBook;
  grants: SessionGrants;
  ledger: Ledger;
  locks: ProjectLocks;
  book: QueueBook;
  times: MeasuredTimes;
  signals: SessionSignals;
  clock: Clock;
  random: RandomSource;
  report: Report;
  settings: AdmissionSettings;
}

const unlimited: UserLimits = { sessions: null, cpuMillis: null, memoryBytes: null, gpus: null };

/**
 * Lets waiting sessions in: each round looks at the whole queue, decides by `admit`, and grants what the directory has room
 * for. Several replicas may do so at once: every grant matches the document's `rev`, so one of them wins.
 */
export class AdmissionQueue {
  private readonly sessions: Collection<SessionDocument>;
  /** Monotonic time before which a session that found no room is not tried again. */
  private readonly pauses = new Map<SessionId, number>();
  /** Counts what may have made room: a session that was tried before the last of it is worth another try. */
  private changes = 0;
  /** Sessions that a holder gave back, with the epoch in which it did. */
  private returned = new Map<SessionId, number>();

  constructor(private readonly parts: AdmissionQueueParts) {
    this.sessions = parts.store.collection(sessionCollection);
  }

  /** Something has changed that may make room: pauses are over. The caller starts the round. */
  endPauses(): void {
    this.changes += 1;
    this.pauses.clear();
  }

  /** Begins with no further session once it is aborted. */
  async round(signal?: AbortSignal): Promise<void> {
    const { settings, grants, rooms } = this.parts;
    const queued = await this.readQueue();
    await grants.expireUnconfirmed(queued.filter(({ granted }) => granted !== null));
    const waiting = queued.filter(({ granted }) => granted === null);
    this.pauseReturned(waiting);
    const ledgers = await this.parts.ledger.of(waiting);
    const steps = admit({
      queue: waiting.map((session) => this.factsOf(session)),
      services: await rooms.free(),
      usage: new Map([...ledgers].map(([owner, { usage }]) => [owner, usage])),
      limitsOf: (owner) => settings.limits[ledgers.get(owner)?.role ?? 'user'] ?? unlimited,
      nowMs: this.parts.clock.nowMs(),
      maxGrants: settings.batchSize,
    });
    const why = new Map(steps.map((step) => [step.session, step.step === 'wait' ? step.text : null]));
    const lines = queued.map((session) => queueLineOf(session, why.get(session._id)));
    await this.publish(lines, new Map([...ledgers].map(([owner, { usage }]) => [owner, usage.sessions])));
    const todo = new Map(waiting.map((session) => [session._id, session]));
    await this.perform(steps, todo, signal);
  }

  private readQueue(): Promise<SessionDocument[]> {
    const where = { live: true, state: 'queued' };
    const sort = [{ field: 'createdAtMs', direction: 'ascending' }] as const;
    return readAll(this.sessions, { where, sort }, this.parts.settings.queueLimit);
  }

  private factsOf(session: SessionDocument): WaitingSession {
    const { _id: id, owner, priority, queue, recipe, deadlineAtMs } = session;
    const paused = (this.pauses.get(id) ?? -Infinity) > this.parts.clock.monotonicMs();
    return { id, owner, priority, sinceMs: queue.sinceMs, demand: demandOf(recipe), deadlineAtMs, paused };
  }

  private async publish(lines: readonly QueueLine[], held: Map<SessionDocument['owner'], number>): Promise<void> {
    const { book, times, rooms, signals } = this.parts;
    const running = rooms.heldSessions();
    const moved = book.update({ lines, held, running, times: await times.of(lines.map(({ type }) => type)) });
    for (const session of moved) signals.notify(session);
    const present = new Set(lines.map(({ id }) => id));
    for (const session of this.pauses.keys()) if (!present.has(session)) this.pauses.delete(session);
  }

  private async perform(
    steps: readonly AdmissionStep[],
    waiting: ReadonlyMap<SessionId, SessionDocument>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    await inBatches(steps, async (step) => {
      const session = waiting.get(step.session);
      if (session === undefined || signal?.aborted === true) return;
      try {
        await this.performOne(step, session);
      } catch (error) {
        this.pause(step.session);
        this.parts.report('a session could not be admitted', error);
      }
    });
  }

  private async performOne(step: AdmissionStep, session: SessionDocument): Promise<void> {
    const { grants } = this.parts;
    if (step.step === 'expire') await grants.fail(session, 'deadline: it could not be started in time');
    else if (step.step === 'grant') await this.tryGrant(session, step.holder);
    else if (step.text !== null && step.text !== session.queue.explanation)
      await grants.explain(session, step.text, null);
  }

  /** Plan, lock, ledger entry, grant: each step may be repeated, and nothing is left that a reconcile would not find. */
  private async tryGrant(session: SessionDocument, holder: Parameters<SessionGrants['grant']>[1]): Promise<void> {
    const { grants, ledger, locks } = this.parts;
    const changesBefore = this.changes;
    const plan = await this.plan(session);
    if (plan.verdict === 'never') return grants.fail(session, `never-placeable: ${plan.explanation.summary}`);
    if (plan.verdict === 'later') {
      if (this.changes === changesBefore) this.pause(session._id);
      return grants.explain(session, plan.explanation.summary, plan.explanation);
    }
    const lock = await locks.acquire(session);
    if (!lock.held) return grants.discard(session);
    if (!(await ledger.book(session, session.epoch + 1))) return;
    if (!(await grants.grant(session, holder))) this.pause(session._id);
  }

  private async plan(session: SessionDocument): Promise<PlanAnswer> {
    const { directory, settings } = this.parts;
    try {
      return await directory.plan(dryPlanOf(session, settings.reservationMs), settings.planTimeoutMs);
    } catch (error) {
      if (!(error instanceof MusterError)) throw error;
      const summary = 'the global directory does not answer';
      return { verdict: 'later', explanation: { summary, nodes: 0, reasons: [] } };
    }
  }

  /** Its holder found no room after all: not tried again at once, though it keeps its place. */
  private pauseReturned(waiting: readonly SessionDocument[]): void {
    const returned = waiting.filter(({ epoch, queue }) => epoch > 0 && queue.placement !== null);
    for (const session of returned) if (this.returned.get(session._id) !== session.epoch) this.pause(session._id);
    this.returned = new Map(returned.map(({ _id, epoch }) => [_id, epoch]));
  }

  private pause(session: SessionId): void {
    const { clock, random, settings } = this.parts;
    this.pauses.set(session, clock.monotonicMs() + jittered(settings.retryPauseMs, random));
  }
}

/** What the queue knows of a session; `why` is newer than what stands in the document. */
export function queueLineOf(session: SessionDocument, why?: string | null): QueueLine {
  const { _id: id, owner, priority, queue, type } = session;
  return { id, owner, priority, sinceMs: queue.sinceMs, type, explanation: why ?? queue.explanation };
}
