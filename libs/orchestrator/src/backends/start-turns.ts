import type { WorkloadId } from '@muster/contracts';

interface Turn {
  readonly abort: AbortController;
  readonly over: Promise<unknown>;
}

/** Starts of one id happen one after another, and can be cut short. */
export class StartTurns {
  private readonly last = new Map<WorkloadId, Turn>();

  isGoingOn(id: WorkloadId): boolean {
    return this.last.has(id);
  }

  async take<T>(id: WorkloadId, signal: AbortSignal, start: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const before = this.last.get(id)?.over;
    const abort = new AbortController();
    const both = AbortSignal.any([signal, abort.signal]);
    const started = Promise.resolve(before).then(() => start(both));
    const turn = { abort, over: started.catch(() => {}) };
    this.last.set(id, turn);
    try {
      return await started;
    } finally {
      if (this.last.get(id) === turn) this.last.delete(id);
    }
  }

  /** Aborts what goes on and waits until it is over. */
  async end(id: WorkloadId, reason: Error): Promise<void> {
    const turn = this.last.get(id);
    turn?.abort.abort(reason);
    await turn?.over;
  }
}
