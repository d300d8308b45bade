import type { NodeDescription, WorkloadId } from '@muster/contracts';
import type { Capabilities } from '../../contract/capabilities.js';
import { BackendUnavailable, InvalidSpec, WorkloadNotFound } from '../../contract/errors.js';
import type { LogLine, LogOptions } from '../../contract/logs.js';
import type { ObservedNode } from '../../contract/observed-node.js';
import type { OpenedBackend } from '../../contract/orchestrator-backend.js';
import { isOwnedBy, type OwnershipFilter } from '../../contract/ownership.js';
import type { WorkloadEvent } from '../../contract/workload-event.js';
import type { WorkloadSpec } from '../../contract/workload-spec.js';
import type { WorkloadHandle, WorkloadStatus } from '../../contract/workload-status.js';
import type { IdFile } from '../id-file.js';
import type { StartTurns } from '../start-turns.js';
import type { Housekeeping } from './housekeeping.js';
import type { KubernetesApi, V1Pod } from './kubernetes-api.js';
import { readLogs } from './kubernetes-logs.js';
import { watchPods } from './kubernetes-watch.js';
import type { LastOutputs } from './last-outputs.js';
import type { NodeFacts } from './node-facts.js';
import type { PodBook } from './pod-book.js';
import type { PodCalls } from './pod-calls.js';
import type { PodFeed } from './pod-feed.js';
import { makeClaim, makePod } from './pod-making.js';
import type { PodRemoval } from './pod-removal.js';
import { podOf } from './pod-spec.js';
import { untilStarted } from './pod-start.js';
import { stateOf } from './pod-status.js';
import type { PodTarget } from './pod-target.js';

export interface KubernetesParts {
  readonly capabilities: Capabilities;
  readonly api: Pick<KubernetesApi, 'close'>;
  readonly calls: PodCalls;
  readonly book: PodBook;
  readonly feed: PodFeed;
  readonly outputs: LastOutputs;
  readonly removal: PodRemoval;
  readonly turns: StartTurns;
  readonly housekeeping: Housekeeping;
  /** Must not start again. */
  readonly usedUp: IdFile;
  /** Ran when their stop was asked for. */
  readonly stopped: IdFile;
  readonly target: PodTarget;
  readonly nodeFacts: NodeFacts;
}

/** Workloads as pods on one node of a cluster, which outlive us: one bare pod each, found again by its labels. */
export class KubernetesBackend implements OpenedBackend {
  readonly capabilities: Capabilities;

  constructor(private readonly parts: KubernetesParts) {
    this.capabilities = parts.capabilities;
  }

  async nodes(): Promise<NodeDescription[]> {
    return (await this.parts.nodeFacts.now()).map(({ description }) => description);
  }

  watchNodes(signal: AbortSignal): AsyncIterable<readonly ObservedNode[]> {
    return this.parts.nodeFacts.watch(signal);
  }

  async start(spec: WorkloadSpec, signal: AbortSignal): Promise<WorkloadHandle> {
    this.checkOpen();
    const pod = podOf(spec, this.parts.target);
    signal.throwIfAborted();
    return this.parts.turns.take(spec.id, signal, (either) => this.startInTurn(spec, pod, either));
  }

  async inspect(handle: WorkloadHandle): Promise<WorkloadStatus> {
    const { id } = ours(handle);
    await this.parts.feed.current();
    const status = await this.parts.book.status(id);
    if (status === undefined) throw new WorkloadNotFound(`no workload ${id}`);
    return status;
  }

  async stop(handle: WorkloadHandle, { graceMs }: { graceMs: number }): Promise<void> {
    const { id } = ours(handle);
    const { usedUp, stopped, turns, feed, book, removal } = this.parts;
    this.checkOpen();
    usedUp.add(id);
    await turns.end(id, usedUpError(id));
    const ending = (): V1Pod | undefined => {
      const pod = book.find(id);
      if (pod === undefined || stateOf(pod) === 'exited') return undefined;
      stopped.add(id);
      return pod;
    };
    // Also where the cluster does not answer now: that its stop was asked for must not be forgotten.
    ending();
    await feed.current();
    const pod = ending();
    if (pod !== undefined) await removal.end(id, pod, graceMs);
  }

  async list(filter: OwnershipFilter): Promise<WorkloadStatus[]> {
    await this.parts.feed.current();
    return (await this.parts.book.list()).filter((workload) => isOwnedBy(filter, workload));
  }

  watch(filter: OwnershipFilter, signal: AbortSignal): AsyncIterable<WorkloadEvent> {
    return watchPods(this.parts, filter, signal);
  }

  async *logs(handle: WorkloadHandle, options: LogOptions, signal: AbortSignal): AsyncGenerator<LogLine> {
    const { id } = await this.inspect(handle);
    const pod = this.parts.book.find(id);
    if (pod !== undefined) yield* readLogs(this.parts, pod, options, signal);
    else yield* await this.parts.outputs.linesOf(id, options.tailLines);
  }

  async close({ workloads, graceMs }: { workloads: 'leave' | 'end'; graceMs: number }): Promise<void> {
    const { api, feed, housekeeping, outputs, nodeFacts } = this.parts;
    if (feed.isClosed) return;
    await housekeeping.stop();
    try {
      if (workloads === 'end') await this.endAll(graceMs);
    } finally {
      outputs.close();
      await feed.close();
      await nodeFacts.close();
      api.close();
    }
  }

  private async startInTurn(spec: WorkloadSpec, wanted: V1Pod, signal: AbortSignal): Promise<WorkloadHandle> {
    const { book, feed, usedUp, removal } = this.parts;
    if (usedUp.has(spec.id)) throw usedUpError(spec.id);
    await feed.current();
    signal.throwIfAborted();
    const pod = book.find(spec.id) ?? (await this.make(spec.id, wanted, signal));
    try {
      await makeClaim(this.parts, pod, spec.booking);
      await untilStarted(this.parts, pod, signal);
      signal.throwIfAborted();
    } catch (error) {
      if (signal.aborted) usedUp.add(spec.id);
      await removal.discard(pod);
      signal.throwIfAborted();
      throw error;
    }
    return { version: 1, backend: 'kubernetes', id: spec.id };
  }

  /** Where nobody knows whether a pod was made of which nobody wants to know any more, housekeeping removes it by its id. */
  private async make(id: WorkloadId, wanted: V1Pod, signal: AbortSignal): Promise<V1Pod> {
    try {
      const pod = await makePod(this.parts, wanted);
      this.parts.book.made(pod);
      return pod;
    } catch (error) {
      if (signal.aborted) this.parts.usedUp.add(id);
      signal.throwIfAborted();
      throw error;
    }
  }

  private async endAll(graceMs: number): Promise<void> {
    const { book, feed, removal } = this.parts;
    await feed.current();
    const workloads = await book.list();
    const stops = await Promise.allSettled(workloads.map(({ handle }) => this.stop(handle, { graceMs })));
    const left = workloads.flatMap(({ id }) => book.find(id) ?? []);
    await Promise.all(left.map((pod) => removal.discard(pod)));
    const failed = stops.find((each) => each.status === 'rejected');
    if (failed) throw failed.reason;
  }

  private checkOpen(): void {
    if (this.parts.feed.isClosed) throw new BackendUnavailable('this back end was closed');
  }
}

function ours(handle: WorkloadHandle): WorkloadHandle {
  if (handle.backend === 'kubernetes' && handle.version === 1) return handle;
  throw new InvalidSpec(`a handle of ${handle.backend}, version ${handle.version}, is not of this back end`);
}

function usedUpError(id: WorkloadId): InvalidSpec {
  return new InvalidSpec(`${id} was stopped and cannot start again`);
}
