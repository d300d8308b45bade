import type { NodeDescription, WorkloadId } from '@muster/contracts';
import type { Capabilities } from '../../contract/capabilities.js';
import { BackendUnavailable, InvalidSpec, NoCapacity, WorkloadNotFound } from '../../contract/errors.js';
import type { LogLine, LogOptions } from '../../contract/logs.js';
import { unchangingNodes, type ObservedNode } from '../../contract/observed-node.js';
import type { OpenedBackend } from '../../contract/orchestrator-backend.js';
import { isOwnedBy, type OwnershipFilter } from '../../contract/ownership.js';
import type { WorkloadEvent } from '../../contract/workload-event.js';
import type { ImageRun, WorkloadSpec } from '../../contract/workload-spec.js';
import type { WorkloadHandle, WorkloadStatus } from '../../contract/workload-status.js';
import type { DeclaredNode } from '../declared-node.js';
import { describeNode, type NodeOptions } from '../describe-node.js';
import type { IdFile } from '../id-file.js';
import { endContainer } from './container-end.js';
import { containerName, containerOf, type ContainerHost, type ContainerImage } from './container-spec.js';
import { stateOf } from './container-status.js';
import type { DockerApi } from './docker-api.js';
import { readLogs } from './docker-logs.js';
import { watchEngine } from './docker-watch.js';
import { EngineRefusal } from './engine-refusal.js';
import type { Housekeeping } from './housekeeping.js';
import type { Images } from './images.js';
import { findHardware, type NodeSource } from './node-description.js';
import type { ProgramCheck } from './program-check.js';
import type { SessionNetworks } from './session-networks.js';
import { startError } from './start-errors.js';
import type { StartTurns } from '../start-turns.js';
import type { WorkloadBook } from './workload-book.js';

export interface DockerParts {
  readonly capabilities: Capabilities;
  readonly api: DockerApi;
  readonly book: WorkloadBook;
  readonly images: Images;
  readonly networks: SessionNetworks;
  readonly programs: ProgramCheck;
  readonly turns: StartTurns;
  readonly housekeeping: Housekeeping;
  /** Must not start again. */
  readonly usedUp: IdFile;
  /** Ran when their stop was asked for. */
  readonly stopped: IdFile;
  readonly host: ContainerHost;
  readonly node: NodeSource;
  readonly nodeOptions: NodeOptions;
  readonly declared: DeclaredNode;
}

/** Workloads as containers of one Docker Engine, which outlive us: one container each, found again by its labels. */
export class DockerBackend implements OpenedBackend {
  readonly capabilities: Capabilities;

  constructor(private readonly parts: DockerParts) {
    this.capabilities = parts.capabilities;
  }

  async nodes(): Promise<NodeDescription[]> {
    const { node, nodeOptions, declared } = this.parts;
    return [describeNode(nodeOptions, await findHardware(node), declared)];
  }

  async *watchNodes(signal: AbortSignal): AsyncIterable<readonly ObservedNode[]> {
    yield* unchangingNodes(await this.nodes(), signal);
  }

  async start(spec: WorkloadSpec, signal: AbortSignal): Promise<WorkloadHandle> {
    const { run } = spec;
    if (!('image' in run)) throw new InvalidSpec('the docker back end runs images only');
    this.checkOpen();
    signal.throwIfAborted();
    return this.parts.turns.take(spec.id, signal, (either) => this.startInTurn(spec, run, either));
  }

  async inspect(handle: WorkloadHandle): Promise<WorkloadStatus> {
    const { id } = ours(handle);
    const status = await this.parts.book.status(id);
    if (status === undefined) throw new WorkloadNotFound(`no workload ${id}`);
    return status;
  }

  async stop(handle: WorkloadHandle, { graceMs }: { graceMs: number }): Promise<void> {
    const { id } = ours(handle);
    const { usedUp, stopped, turns, book, api } = this.parts;
    this.checkOpen();
    usedUp.add(id);
    await turns.end(id, usedUpError(id));
    const container = await book.find(id);
    if (container === undefined || stateOf(container.State.Status) !== 'running') return;
    stopped.add(id);
    await endContainer(api, container, graceMs);
  }

  async list(filter: OwnershipFilter): Promise<WorkloadStatus[]> {
    return (await this.parts.book.list()).filter((workload) => isOwnedBy(filter, workload));
  }

  watch(filter: OwnershipFilter, signal: AbortSignal): AsyncIterable<WorkloadEvent> {
    return watchEngine({ ...this.parts, owner: this.parts.host.owner }, filter, signal);
  }

  async *logs(handle: WorkloadHandle, options: LogOptions, signal: AbortSignal): AsyncGenerator<LogLine> {
    const { id } = ours(handle);
    const container = await this.parts.book.find(id);
    if (container !== undefined) yield* readLogs(this.parts.api, container.Id, options, signal);
    // Known without a container, it has printed nothing that is left.
    else await this.inspect(handle);
  }

  async close({ workloads, graceMs }: { workloads: 'leave' | 'end'; graceMs: number }): Promise<void> {
    const { api, housekeeping } = this.parts;
    if (api.isClosed) return;
    await housekeeping.stop();
    if (workloads === 'end') await this.endAll(graceMs);
    api.close();
  }

  private async startInTurn(spec: WorkloadSpec, run: ImageRun, signal: AbortSignal): Promise<WorkloadHandle> {
    const { book, images, networks } = this.parts;
    if (this.parts.usedUp.has(spec.id)) throw usedUpError(spec.id);
    const handle = { version: 1, backend: 'docker', id: spec.id } as const;
    if (await this.adopt(spec.id)) return handle;
    try {
      const image = await images.ready(run.image, signal, (progress) => book.preparing(spec, progress));
      signal.throwIfAborted();
      await networks.use(spec.ownership, (network) => this.run(spec, image, { network, signal }));
    } finally {
      book.prepared(spec.id);
    }
    return handle;
  }

  /** True if it was started before. What was only made, but never started, is removed: its environment may be out of date. */
  private async adopt(id: WorkloadId): Promise<boolean> {
    const { book } = this.parts;
    const container = await book.find(id);
    if (container !== undefined && stateOf(container.State.Status) !== 'starting') return true;
    if (container !== undefined) await book.discard(container.Id);
    return false;
  }

  private async run(
    spec: WorkloadSpec,
    image: ContainerImage,
    { network, signal }: { network: string | undefined; signal: AbortSignal },
  ): Promise<void> {
    const { api, book, programs, host, usedUp } = this.parts;
    const container = containerOf(spec, image, network === undefined ? host : { ...host, network });
    const containerId = await api.create(containerName(host.owner, spec.id), container).catch((error: unknown) => {
      throw isNameTaken(error)
        ? new NoCapacity(`the name of ${spec.id} is taken by a container of somebody else`)
        : startError(error);
    });
    try {
      await programs.check(containerId, container, image);
      signal.throwIfAborted();
      await api.startContainer(containerId);
      signal.throwIfAborted();
    } catch (error) {
      if (signal.aborted) usedUp.add(spec.id);
      await book.discard(containerId).catch(() => {});
      signal.throwIfAborted();
      throw startError(error);
    }
  }

  private async endAll(graceMs: number): Promise<void> {
    const { book, networks } = this.parts;
    const workloads = await book.list();
    const stops = await Promise.allSettled(workloads.map(({ handle }) => this.stop(handle, { graceMs })));
    // One after the other: an engine that removes many at once may not answer for minutes.
    for (const { id } of workloads) {
      const container = await book.find(id);
      if (container) await book.discard(container.Id);
    }
    await networks.removeUnused(new Set());
    const failed = stops.find((each) => each.status === 'rejected');
    if (failed) throw failed.reason;
  }

  private checkOpen(): void {
    if (this.parts.api.isClosed) throw new BackendUnavailable('this back end was closed');
  }
}

function ours(handle: WorkloadHandle): WorkloadHandle {
  if (handle.backend === 'docker' && handle.version === 1) return handle;
  throw new InvalidSpec(`a handle of ${handle.backend}, version ${handle.version}, is not of this back end`);
}

function usedUpError(id: WorkloadId): InvalidSpec {
  return new InvalidSpec(`${id} was stopped and cannot start again`);
}

function isNameTaken(error: unknown): boolean {
  return error instanceof EngineRefusal && error.status === 409;
}
