import type { WorkloadId } from '@muster/contracts';
import type { WorkloadStatus } from '../../contract/workload-status.js';
import type { IdFile } from '../id-file.js';
import { Changes } from './changes.js';
import type { V1Pod } from './kubernetes-api.js';
import type { LastOutputs } from './last-outputs.js';
import { readLabels, type Labelled } from './pod-labels.js';
import { nameOf, uidOf } from './pod-names.js';
import { podName } from './pod-spec.js';
import { endedByCluster, stateOf, statusOf } from './pod-status.js';
import { startOutcome } from './start-outcome.js';

export interface BookParts {
  readonly owner: string;
  readonly ids: { stopped: Pick<IdFile, 'has'>; usedUp: Pick<IdFile, 'add'> };
  readonly outputs: LastOutputs;
  /** Whether a start of this id is going on. */
  readonly isStarting: (id: WorkloadId) => boolean;
  readonly endedKept: number;
}

interface Known {
  readonly pod: V1Pod;
  readonly status: Promise<WorkloadStatus>;
}

/**
 * Our pods as the cluster tells them, as workloads. Beside them it knows workloads whose pod is gone: a pod cannot be stopped
 * without being deleted, so how it ended is kept here.
 */
export class PodBook {
  readonly changes = new Changes();
  private readonly pods = new Map<string, V1Pod>();
  private readonly known = new Map<string, Known>();
  private readonly gone = new Map<WorkloadId, Promise<WorkloadStatus>>();
  /** Uids of pods that were deleted while they ran. */
  private readonly takenAway = new Set<string>();
  /** Uids of pods that we remove as if they had never been. */
  private readonly discarded = new Set<string>();

  constructor(private readonly parts: BookParts) {}

  async list(): Promise<WorkloadStatus[]> {
    const pods = [...this.pods.values()].filter((pod) => !this.discarded.has(uidOf(pod)) && !this.isRefused(pod));
    const statuses = await Promise.all(pods.map((pod) => this.statusOf(pod)));
    return [...statuses.filter((status) => status !== undefined), ...(await Promise.all(this.gone.values()))];
  }

  /** Undefined if it was never started or is forgotten. */
  async status(id: WorkloadId): Promise<WorkloadStatus | undefined> {
    const pod = this.find(id);
    return (pod && (await this.statusOf(pod))) ?? this.gone.get(id);
  }

  /** The pod of a workload; undefined also where the name belongs to a pod of somebody else. */
  find(id: WorkloadId): V1Pod | undefined {
    const pod = this.pods.get(podName(this.parts.owner, id));
    return pod !== undefined && !this.discarded.has(uidOf(pod)) && this.labelled(pod)?.id === id ? pod : undefined;
  }

  /** The pod as it is by now; as it ended, if it is gone. */
  latest(pod: V1Pod): V1Pod {
    const now = this.pods.get(nameOf(pod));
    return now !== undefined && uidOf(now) === uidOf(pod) ? now : endedPod(pod);
  }

  has(pod: V1Pod): boolean {
    const now = this.pods.get(nameOf(pod));
    return now !== undefined && uidOf(now) === uidOf(pod);
  }

  /** Not shown any more, and nothing is kept of it. */
  discard(pod: V1Pod): void {
    this.discarded.add(uidOf(pod));
    this.changes.tell();
  }

  /** Nothing of this workload is shown any more, whose pod is gone. */
  forget(id: WorkloadId): void {
    this.gone.delete(id);
    this.parts.outputs.forget(id);
    this.changes.tell();
  }

  /**
   * All pods that there were when it was asked for; what was missed of the others is their end. `before`: those that were known
   * then, since a list does not show what is made while it is on its way.
   */
  replace(pods: readonly V1Pod[], before: readonly V1Pod[]): void {
    const there = new Set(pods.map(uidOf));
    for (const pod of before) if (!there.has(uidOf(pod)) && this.has(pod)) this.deleted(this.latest(pod));
    for (const pod of pods) this.changed(pod);
  }

  all(): V1Pod[] {
    return [...this.pods.values()];
  }

  /** As the cluster answered when it was made; what is known of it already is newer. */
  made(pod: V1Pod): void {
    if (!this.has(pod)) this.changed(pod);
  }

  changed(pod: V1Pod): void {
    this.pods.set(nameOf(pod), pod);
    if (pod.metadata?.deletionTimestamp != null && stateOf(pod) !== 'exited') this.takenAway.add(uidOf(pod));
    this.changes.tell();
  }

  deleted(pod: V1Pod): void {
    if (!this.has(pod)) return;
    const before = this.latest(pod);
    if (stateOf(before) !== 'exited') this.takenAway.add(uidOf(pod));
    this.pods.delete(nameOf(pod));
    const labelled = this.labelled(pod);
    if (this.discarded.delete(uidOf(pod))) this.parts.outputs.forget(labelled?.id);
    else if (labelled !== undefined) this.keepEnd(labelled, pod);
    this.known.delete(uidOf(pod));
    this.takenAway.delete(uidOf(pod));
    this.changes.tell();
  }

  private keepEnd(labelled: Labelled, pod: V1Pod): void {
    // Not there any more, it cannot be seen to have run: it must not run a second time.
    this.parts.ids.usedUp.add(labelled.id);
    if (!this.takenAway.has(uidOf(pod))) return this.parts.outputs.forget(labelled.id);
    this.gone.set(labelled.id, this.endOf(labelled, pod));
    for (const oldest of this.gone.keys()) {
      if (this.gone.size <= this.parts.endedKept) break;
      this.forget(oldest);
    }
  }

  /** As it was shown already, if its end was. */
  private async endOf(labelled: Labelled, pod: V1Pod): Promise<WorkloadStatus> {
    const known = this.known.get(uidOf(pod));
    return known !== undefined && stateOf(known.pod) === 'exited'
      ? known.status
      : this.complete(labelled, endedPod(pod));
  }

  private async statusOf(pod: V1Pod): Promise<WorkloadStatus | undefined> {
    const labelled = this.labelled(pod);
    if (labelled === undefined) return undefined;
    const known = this.known.get(uidOf(pod));
    if (known !== undefined && (known.pod === pod || stateOf(known.pod) === 'exited')) return known.status;
    const status = this.complete(labelled, pod);
    this.known.set(uidOf(pod), { pod, status });
    return status;
  }

  private async complete(labelled: Labelled, pod: V1Pod): Promise<WorkloadStatus> {
    const wasStopped = this.parts.ids.stopped.has(labelled.id);
    const status = statusOf(labelled, pod, { wasStopped, wasTakenAway: this.takenAway.has(uidOf(pod)) });
    if (status.exit === undefined) return status;
    const tail = await this.parts.outputs.tailOf(labelled.id, pod);
    const outputTail = [tail, endedByCluster(pod)].filter(Boolean).join('\n');
    return { ...status, exit: { ...status.exit, outputTail } };
  }

  /** That it did not start is the answer of its start, which removes it: nobody is to take it for one that ran and ended. */
  private isRefused(pod: V1Pod): boolean {
    const labelled = this.labelled(pod);
    return labelled !== undefined && this.parts.isStarting(labelled.id) && startOutcome(pod).is === 'failed';
  }

  private labelled(pod: V1Pod): Labelled | undefined {
    return readLabels(pod.metadata, this.parts.owner);
  }
}

/** The last that was seen of it may be that it ran. */
function endedPod(pod: V1Pod): V1Pod {
  if (stateOf(pod) === 'exited') return pod;
  return Object.assign({}, pod, { status: Object.assign({}, pod.status, { phase: 'Failed' }) });
}
