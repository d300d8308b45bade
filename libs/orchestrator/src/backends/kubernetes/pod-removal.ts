import type { WorkloadId } from '@muster/contracts';
import { BackendUnavailable } from '../../contract/errors.js';
import type { V1Pod } from './kubernetes-api.js';
import type { LastOutputs } from './last-outputs.js';
import type { PodBook } from './pod-book.js';
import type { PodCalls } from './pod-calls.js';
import { nameOf, uidOf } from './pod-names.js';
import { graceSeconds } from './pod-spec.js';
import { stateOf } from './pod-status.js';
import { hasStatus } from './start-refusal.js';

/** A pod whose node says nothing stays for as long as the node does: beyond its grace and this, nothing is known of its end. */
const nodeSilenceMs = 60_000;
/** How long the removal of something that never ran is waited for. */
const discardWithinMs = 5000;

export class PodRemoval {
  constructor(
    private readonly calls: Pick<PodCalls, 'delete'>,
    private readonly book: PodBook,
    private readonly outputs: Pick<LastOutputs, 'capture'>,
  ) {}

  /** Ends a pod politely, after `graceMs` by force; resolves when its end is known. */
  async end(id: WorkloadId, pod: V1Pod, graceMs: number): Promise<void> {
    if (stateOf(pod) === 'running') await this.outputs.capture(id, pod);
    const isGone = (): boolean => !this.book.has(pod);
    await this.delete(pod, graceMs);
    if (!(await this.book.changes.until(isGone, { withinMs: graceMs + nodeSilenceMs })))
      throw new BackendUnavailable(`the node of ${id} has not said that it ended`);
    await this.book.status(id);
  }

  /** Removes a pod as if it had never been; what could not be removed is found again by housekeeping. */
  async discard(pod: V1Pod): Promise<void> {
    this.book.discard(pod);
    try {
      await this.delete(pod, 0);
    } catch {
      return;
    }
    await this.book.changes.until(() => !this.book.has(pod), { withinMs: discardWithinMs });
  }

  private async delete(pod: V1Pod, graceMs: number): Promise<void> {
    try {
      await this.calls.delete(nameOf(pod), { graceSeconds: graceSeconds(graceMs), uid: uidOf(pod) });
    } catch (error) {
      // 409: the pod of that name is another.
      if (!hasStatus(error, 404, 409)) throw error;
      this.book.deleted(this.book.latest(pod));
    }
  }
}
