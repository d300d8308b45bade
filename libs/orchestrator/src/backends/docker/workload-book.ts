import type { WorkloadId } from '@muster/contracts';
import type { WorkloadSpec } from '../../contract/workload-spec.js';
import type { WorkloadStatus } from '../../contract/workload-status.js';
import type { IdFile } from '../id-file.js';
import { ownerLabel, readLabels } from './container-labels.js';
import { containerName } from './container-spec.js';
import { stateOf, statusOf } from './container-status.js';
import type { ContainerDetails, ContainerSummary, DockerApi } from './docker-api.js';
import { outputTailOf } from './docker-logs.js';
import { EngineRefusal, ifThere } from './engine-refusal.js';

const outputTailBytes = 4096;

/**
 * What the engine says of our containers, as workloads. Details are asked for once per state of a container, since nothing of
 * them changes within one. Beside containers it knows workloads that have none: an image is being fetched for them, or their
 * container was removed by somebody else.
 */
export class WorkloadBook {
  private readonly known = new Map<string, WorkloadStatus>();
  private readonly withoutContainer = new Map<WorkloadId, WorkloadStatus>();
  /** Containers that we are removing. */
  private readonly discarded = new Set<string>();
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly api: DockerApi,
    private readonly owner: string,
    private readonly ids: { stopped: Pick<IdFile, 'has'>; usedUp: Pick<IdFile, 'add'> },
    private readonly lostKept: number,
  ) {}

  /** `doubted`: containers of which the engine told a change. Its list may lag behind, its details do not. */
  async list(doubted: ReadonlySet<string> = new Set()): Promise<WorkloadStatus[]> {
    const before = [...this.known.keys()];
    const discarded = [...this.discarded];
    const summaries = await this.api.list([ownerLabel(this.owner)]);
    const listed = new Set(summaries.map(({ Id }) => Id));
    for (const containerId of before) if (!listed.has(containerId)) this.gone(containerId);
    for (const containerId of discarded) if (!listed.has(containerId)) this.discarded.delete(containerId);
    const statuses = await Promise.all(summaries.map((summary) => this.current(summary, doubted.has(summary.Id))));
    return [...statuses.filter((status) => status !== undefined), ...this.withoutContainer.values()];
  }

  /** Undefined if it was never started or is forgotten. */
  async status(id: WorkloadId): Promise<WorkloadStatus | undefined> {
    const details = await this.find(id);
    if (details && !this.discarded.has(details.Id)) return this.read(details);
    for (const [containerId, status] of this.known) if (status.id === id) this.gone(containerId);
    return this.withoutContainer.get(id);
  }

  /** The container of a workload; undefined also where the name belongs to a container of somebody else. */
  async find(id: WorkloadId): Promise<ContainerDetails | undefined> {
    const details = await ifThere(this.api.inspect(containerName(this.owner, id)));
    return details && readLabels(details.Config.Labels, this.owner)?.id === id ? details : undefined;
  }

  /** Shows a workload whose image is being fetched, until `prepared`. */
  preparing({ id, kind, ownership, booking }: WorkloadSpec, progress: string): void {
    const handle = { version: 1, backend: 'docker', id } as const;
    const startedAt = this.withoutContainer.get(id)?.startedAt ?? new Date().toISOString();
    this.withoutContainer.set(id, { handle, id, kind, ownership, booking, state: 'starting', startedAt, progress });
    this.tell();
  }

  prepared(id: WorkloadId): void {
    if (this.withoutContainer.get(id)?.state !== 'starting') return;
    this.withoutContainer.delete(id);
    this.tell();
  }

  /** Removes a container for good; it is not shown any more. */
  async discard(containerId: string): Promise<void> {
    this.discarded.add(containerId);
    this.known.delete(containerId);
    await ifThere(this.api.remove(containerId));
  }

  /** Calls back when something changed that the engine does not know. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private async current({ Id, State }: ContainerSummary, isDoubted: boolean): Promise<WorkloadStatus | undefined> {
    if (this.discarded.has(Id)) return undefined;
    const known = this.known.get(Id);
    if (!isDoubted && known?.state === stateOf(State)) return known;
    const details = await ifThere(this.api.inspect(Id));
    return details && this.read(details);
  }

  private async read(details: ContainerDetails): Promise<WorkloadStatus | undefined> {
    const labelled = readLabels(details.Config.Labels, this.owner);
    if (labelled === undefined) return undefined;
    const known = this.known.get(details.Id);
    const status = statusOf(labelled, details, this.ids.stopped.has(labelled.id));
    if (known !== undefined && known.state === status.state) return known;
    const complete = await this.withOutputTail(status, details.Id);
    if (!this.discarded.has(details.Id)) this.known.set(details.Id, complete);
    return complete;
  }

  private async withOutputTail(status: WorkloadStatus, containerId: string): Promise<WorkloadStatus> {
    if (status.exit === undefined) return status;
    const outputTail = await outputTailOf(this.api, containerId, outputTailBytes).catch((error: unknown) => {
      // Gone, or not to be read: how it ended is told all the same.
      if (error instanceof EngineRefusal) return '';
      throw error;
    });
    return { ...status, exit: { ...status.exit, outputTail } };
  }

  /** A container that is not there any more, and was not removed by us: if it ran, nobody saw how it ended. */
  private gone(containerId: string): void {
    const status = this.known.get(containerId);
    this.known.delete(containerId);
    if (status === undefined) return;
    // Not there any more, it cannot be seen to have run: it must not run a second time.
    this.ids.usedUp.add(status.id);
    if (status.state === 'exited') return;
    const reason = this.ids.stopped.has(status.id) ? 'stopped' : 'lost';
    const exit = { code: null, signal: null, reason, outputTail: '', endedAt: new Date().toISOString() } as const;
    this.withoutContainer.set(status.id, { ...status, state: 'exited', exit });
    for (const oldest of this.withoutContainer.keys()) {
      if (this.withoutContainer.size <= this.lostKept) break;
      this.withoutContainer.delete(oldest);
    }
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
