import type { WorkloadId } from '@muster/contracts';
import type { WorkloadEvent } from './workload-event.js';

/**
 * Between a fast writer and a slow reader: keeps only the newest event of each workload, and nothing from before a
 * `synced`, so it is never larger than the list itself.
 */
export class EventBuffer {
  private synced: WorkloadEvent | undefined;
  private readonly newest = new Map<WorkloadId, WorkloadEvent>();
  private wake = (): void => {};

  put(event: WorkloadEvent): void {
    if (event.type === 'synced') {
      this.synced = event;
      this.newest.clear();
    } else {
      const id = event.type === 'changed' ? event.workload.id : event.id;
      this.newest.delete(id);
      this.newest.set(id, event);
    }
    this.wake();
  }

  /** Everything since the last call; waits for something, or for the signal and is then empty. */
  async take(signal: AbortSignal): Promise<WorkloadEvent[]> {
    if (!this.synced && this.newest.size === 0 && !signal.aborted) await this.something(signal);
    const events = [...(this.synced ? [this.synced] : []), ...this.newest.values()];
    this.synced = undefined;
    this.newest.clear();
    return signal.aborted ? [] : events;
  }

  private async something(signal: AbortSignal): Promise<void> {
    let stop = (): void => {};
    await new Promise<void>((resolve) => {
      this.wake = stop = resolve;
      signal.addEventListener('abort', stop, { once: true });
    });
    signal.removeEventListener('abort', stop);
  }
}
