import type { NodeDescription } from '@muster/contracts';
import type { Capabilities } from '../../contract/capabilities.js';
import { BackendUnavailable, InvalidSpec } from '../../contract/errors.js';
import type { LogLine, LogOptions } from '../../contract/logs.js';
import { unchangingNodes, type ObservedNode } from '../../contract/observed-node.js';
import type { OpenedBackend } from '../../contract/orchestrator-backend.js';
import { isOwnedBy, type OwnershipFilter } from '../../contract/ownership.js';
import type { WorkloadEvent } from '../../contract/workload-event.js';
import type { WorkloadSpec } from '../../contract/workload-spec.js';
import type { WorkloadHandle, WorkloadStatus } from '../../contract/workload-status.js';
import { processCapabilities } from './capabilities.js';
import type { DeclaredNode } from '../declared-node.js';
import { describeNode } from '../describe-node.js';
import { readLogs } from './follow-logs.js';
import type { KeeperApi } from './keeper-api.js';
import { findHardware, osFamilyOf } from './node-description.js';
import { defaultEndedKept, type ProcessBackendOptions } from './options.js';
import { launchOf, type LaunchHost } from './process-spec.js';
import { checkSecrets } from './secret-files.js';
import { watchKeeper } from './watch-keeper.js';

/** Workloads as child processes of a keeper that outlives us. Each verb is one question to the keeper. */
export class ProcessBackend implements OpenedBackend {
  readonly capabilities: Capabilities;

  constructor(
    private readonly options: ProcessBackendOptions,
    private readonly declared: DeclaredNode,
    private readonly host: LaunchHost,
    private readonly keeper: KeeperApi,
  ) {
    this.capabilities = processCapabilities(osFamilyOf(host.platform), options.endedKept ?? defaultEndedKept);
  }

  async nodes(): Promise<NodeDescription[]> {
    const found = await findHardware(this.options.stateDir, this.options.portCount ?? 0).catch((cause: unknown) => {
      throw new BackendUnavailable(`the hardware of this computer cannot be read: ${String(cause)}`, { cause });
    });
    return [describeNode(this.options, found, this.declared)];
  }

  async *watchNodes(signal: AbortSignal): AsyncIterable<readonly ObservedNode[]> {
    yield* unchangingNodes(await this.nodes(), signal);
  }

  async start(spec: WorkloadSpec, signal: AbortSignal): Promise<WorkloadHandle> {
    const launch = launchOf(spec, this.host);
    await checkSecrets(spec);
    signal.throwIfAborted();
    await this.keeper.call('start', launch);
    if (signal.aborted) {
      await this.keeper.call('stop', { id: spec.id, graceMs: 0 });
      signal.throwIfAborted();
    }
    return { version: 1, backend: 'process', id: spec.id };
  }

  async inspect(handle: WorkloadHandle): Promise<WorkloadStatus> {
    return this.keeper.call('inspect', { id: ours(handle).id });
  }

  async stop(handle: WorkloadHandle, { graceMs }: { graceMs: number }): Promise<void> {
    await this.keeper.call('stop', { id: ours(handle).id, graceMs });
  }

  async list(filter: OwnershipFilter): Promise<WorkloadStatus[]> {
    return (await this.keeper.call('list', null)).filter((workload) => isOwnedBy(filter, workload));
  }

  watch(filter: OwnershipFilter, signal: AbortSignal): AsyncIterable<WorkloadEvent> {
    return watchKeeper(this.keeper, filter, signal);
  }

  async *logs(handle: WorkloadHandle, options: LogOptions, signal: AbortSignal): AsyncGenerator<LogLine> {
    const connection = await this.keeper.connect();
    const close = (): void => connection.close();
    signal.addEventListener('abort', close, { once: true });
    try {
      yield* readLogs(connection, ours(handle).id, options, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener('abort', close);
      close();
    }
  }

  async close({ workloads, graceMs }: { workloads: 'leave' | 'end'; graceMs: number }): Promise<void> {
    if (workloads === 'end') await this.keeper.endKeeper(graceMs);
    this.keeper.close();
  }
}

function ours(handle: WorkloadHandle): WorkloadHandle {
  if (handle.backend === 'process' && handle.version === 1) return handle;
  throw new InvalidSpec(`a handle of ${handle.backend}, version ${handle.version}, is not of this back end`);
}
