import { MusterError, type SessionId } from '@muster/contracts';
import { inSpan, runInTrace } from '@muster/platform';
import { RevisionConflict } from '@muster/store';
import type { SessionDocument } from '../session-document.js';
import { sessionSpan, traceOf } from '../session-trace.js';
import { applyChanges } from './apply-changes.js';
import { outcomeOf, textOf } from './call-outcome.js';
import type { Change } from './change.js';
import { NotYet, type EffectScene } from './effect-scene.js';
import { keyOf, type Effect } from './effect.js';
import { effectSpan } from './effect-span.js';
import { perform } from './effects.js';
import type { HolderContext } from './holder-context.js';
import { measure } from './holding-meter.js';
import { nextSteps } from './next-step.js';
import { releaseUnused } from './reserve-effect.js';
import { SessionMemory } from './session-memory.js';

import { Tasks } from './tasks.js';

/** Looks at one session in one go; more would be a fault of the steps. */
const maxRounds = 100;
const maxWrites = 20;

/** Called when a session is not held any more, with its last document. */
export type OnDropped = (session: HeldSession) => void;

/**
 * One session of this holder. Everything that reads and writes its document runs one after the other; calls to others run
 * beside it, each at most once at a time. Stops acting for good as soon as the epoch is not ours or the session has ended.
 */
export class HeldSession {
  readonly id: SessionId;
  readonly epoch: number;
  readonly memory: SessionMemory;
  private readonly tasks: Tasks;
  private readonly stopping = new AbortController();
  private readonly listeners = new Set<() => void>();
  private tail: Promise<unknown> = Promise.resolve();
  private poked = false;
  private cancelWake: (() => void) | undefined;

  constructor(
    private current: SessionDocument,
    private readonly context: HolderContext,
    private readonly onDropped: OnDropped,
  ) {
    this.id = current._id;
    this.epoch = current.epoch;
    this.memory = new SessionMemory(current, context.clock.nowMs());
    this.tasks = new Tasks({
      clock: context.clock,
      random: context.random,
      onSettled: () => this.poke(),
      onError: (key, error, attempt) => this.noteFailure(key, error, attempt),
      firstPauseMs: 250,
      maxPauseMs: 5000,
    });
  }

  get document(): SessionDocument {
    return this.current;
  }

  get isDropped(): boolean {
    return this.stopping.signal.aborted;
  }

  /** Aborted when the session is not held here any more. */
  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  /** Something may have changed: looks at the session soon. Many calls are one look. */
  poke(): void {
    if (this.poked || this.isDropped) return;
    this.poked = true;
    runInTrace(traceOf(this.current), () => this.exclusive(() => this.look())).catch((error: unknown) => {
      // It may not have begun: between the end of our lease and its renewal nothing does.
      this.poked = false;
      this.noteFailure('look', error, 1);
    });
  }

  /** Runs `task` alone. Rejects with `stale` when the session is not held here any more. */
  exclusive<T>(task: () => Promise<T>): Promise<T> {
    const result = this.tail.then(() => {
      this.requireHeld();
      return task();
    });
    this.tail = result.catch(() => undefined);
    return result;
  }

  /**
   * Writes what `change` makes of the document; undefined leaves it alone. Answers whether something was written. Only within
   * {@link exclusive}. Rejects with `stale` when another service has the session now.
   */
  async write(change: (document: SessionDocument) => SessionDocument | undefined): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      this.requireHeld();
      const next = change(this.current);
      if (next === undefined || next === this.current) return false;
      try {
        const before = this.current;
        this.take(await this.context.sessions.replace(next));
        measure(before, this.current, this.context.meter);
        return true;
      } catch (error) {
        if (!(error instanceof RevisionConflict) || attempt >= maxWrites) throw error;
        await this.read();
      }
    }
  }

  /** Makes changes of the transition table; see {@link write}. */
  async commit(changes: readonly Change[]): Promise<boolean> {
    const written = await this.write((document) => applyChanges(document, changes, this.context.clock.nowMs()));
    if (written) this.memory.noteWritten(changes);
    return written;
  }

  /** Reads the document again: it may have news, or be somebody else's now. */
  refresh(): Promise<void> {
    return this.exclusive(() => this.read()).then(() => this.poke());
  }

  /** Resolves when the effect is not under way any more. */
  async settled(effect: Effect): Promise<void> {
    await this.tasks.settled(keyOf(effect));
  }

  /** What was refused or failed is tried again at once. */
  retryNow(prefix: string): void {
    this.tasks.retryNow(prefix);
    this.poke();
  }

  /** Does what somebody asks about this session as a part of its trace. */
  asSpan<T>(name: string, attributes: Record<string, string>, task: () => Promise<T>): Promise<T> {
    return inSpan(this.context.tracer, sessionSpan(this.current, { name, attributes }), task);
  }

  /** Calls `listener` after every change of the document and when it is dropped; the answer ends it. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Stops acting at once. What is under way is cancelled; workers are left alone. */
  drop(): void {
    if (this.isDropped) return;
    this.stopping.abort(new DOMException('the session is not held here any more', 'AbortError'));
    this.cancelWake?.();
    this.tasks.stop();
    this.onDropped(this);
    this.tell();
  }

  private async look(): Promise<void> {
    this.poked = false;
    this.cancelWake?.();
    for (let round = 0; round < maxRounds && !this.isDropped; round += 1) {
      const { clock, book, limits } = this.context;
      const facts = this.memory.factsAt(clock.nowMs(), this.current, { book, limits });
      const { changes, effects, wakeAtMs } = nextSteps(this.current, facts);
      if (changes.length > 0 && (await this.commit(changes))) continue;
      for (const effect of effects) this.tasks.launch(keyOf(effect), (attempt) => this.trace(effect, attempt));
      if (wakeAtMs !== null) this.wakeAfter(wakeAtMs - clock.nowMs());
      return;
    }
  }

  private wakeAfter(ms: number): void {
    this.cancelWake = this.context.clock.after(Math.min(Math.max(ms, 1), 2 ** 31 - 1), () => this.poke());
  }

  /** That it is too early for something is no fault of the step. */
  private async trace(effect: Effect, attempt: number): Promise<void> {
    const early = await inSpan(this.context.tracer, effectSpan(effect, attempt, this.current), () =>
      this.do(effect).catch((error: unknown) => {
        if (error instanceof NotYet) return error;
        throw error;
      }),
    );
    if (early !== undefined) throw early;
  }

  /** Outside of the exclusive part: nothing waits for the others' answers. */
  private async do(effect: Effect): Promise<void> {
    if (this.isDropped || !this.context.lease.mayAct()) return;
    const changes = await perform(effect, this.scene());
    if (changes.length === 0) return;
    await this.exclusive(() => this.commit(changes));
    for (const change of changes) if (change.change === 'place') await releaseUnused(change.members, this.scene());
  }

  private scene(): EffectScene {
    return { document: this.current, memory: this.memory, context: this.context, signal: this.stopping.signal };
  }

  private async read(): Promise<void> {
    const document = await this.context.sessions.get(this.id);
    if (document === undefined || !this.isOurs(document)) {
      this.drop();
      this.requireHeld();
    } else if (document.rev > this.current.rev) this.take(document);
  }

  private take(document: SessionDocument): void {
    this.current = document;
    this.tell();
    if (!document.live || !this.isOurs(document)) this.drop();
  }

  private isOurs({ epoch, holder, granted }: SessionDocument): boolean {
    const { instance } = this.context;
    return epoch === this.epoch && (holder === instance || granted?.holder === instance);
  }

  private requireHeld(): void {
    if (!this.isDropped && this.context.lease.mayAct()) return;
    throw new MusterError('stale', 'this session service does not hold the session any more: ask who does');
  }

  private noteFailure(key: string, error: unknown, attempt: number): void {
    if (this.isDropped) return;
    if (outcomeOf(error) === 'epoch') this.refresh().catch(() => undefined);
    if (key === 'look') this.wakeAfter(1000);
    if (error instanceof NotYet) return;
    this.context.log.warn(
      { session: this.id, epoch: this.epoch, step: key, attempt, reason: textOf(error) },
      'a step is tried again',
    );
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
