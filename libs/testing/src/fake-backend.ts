import type { NodeDescription } from '@muster/contracts';
import {
  BackendUnavailable,
  EventBuffer,
  InvalidSpec,
  type Capabilities,
  type LogLine,
  type LogOptions,
  type ObservedNode,
  type OpenedBackend,
  type OwnershipFilter,
  type WorkloadEvent,
  type WorkloadHandle,
  type WorkloadSpec,
  type WorkloadStatus,
} from '@muster/orchestrator';
import { FakeEngine, type FakeEngineOptions } from './fake-engine.js';

/** Calls itself `process`, since the names are fixed. */
export const fakeCapabilities: Capabilities = {
  backend: 'process',
  runs: ['command', 'module'],
  isolates: false,
  ownNetwork: false,
  ownAddress: false,
  probes: false,
  ownFiles: false,
  enforcesCpu: false,
  enforcesMemory: false,
  enforcesDisk: false,
  boundsProcesses: false,
  survivesRestart: true,
  followsLogs: true,
  shortensGrace: true,
  separatesStreams: true,
  countsDroppedOutput: true,
  osFamilies: ['linux'],
  gpuWays: ['environment'],
  endedKept: Infinity,
  limitations: ['Nothing really runs.'],
};

/**
 * A back end without processes and without time, scripted through its engine's knobs (`engine.whenStarting`, `failNext`,
 * `forget` ...). Two of them on one engine are one back end before and after a restart.
 */
export class FakeBackend implements OpenedBackend {
  readonly capabilities: Capabilities;
  private readonly closing = new AbortController();

  constructor(readonly engine: FakeEngine = new FakeEngine()) {
    this.capabilities = { ...fakeCapabilities, ...engine.capabilities };
  }

  static with(options: FakeEngineOptions): FakeBackend {
    return new FakeBackend(new FakeEngine(options));
  }

  async nodes(): Promise<NodeDescription[]> {
    this.check();
    return this.engine.nodes;
  }

  watchNodes(signal: AbortSignal): AsyncIterable<readonly ObservedNode[]> {
    return this.engine.watchNodes(signal);
  }

  async start(spec: WorkloadSpec, signal: AbortSignal): Promise<WorkloadHandle> {
    signal.throwIfAborted();
    this.check();
    checkRun(spec);
    await this.engine.start(spec, signal);
    if (signal.aborted) await this.engine.stop(spec.id, 0);
    signal.throwIfAborted();
    return { version: 1, backend: 'process', id: spec.id };
  }

  async inspect(handle: WorkloadHandle): Promise<WorkloadStatus> {
    this.check(handle);
    return this.engine.workload(handle.id).status();
  }

  async stop(handle: WorkloadHandle, { graceMs }: { graceMs: number }): Promise<void> {
    this.check(handle);
    await this.engine.stop(handle.id, graceMs);
  }

  async list(filter: OwnershipFilter): Promise<WorkloadStatus[]> {
    this.check();
    return this.engine.list(filter);
  }

  async *watch(filter: OwnershipFilter, signal: AbortSignal): AsyncGenerator<WorkloadEvent> {
    this.checkOpen();
    const buffer = new EventBuffer();
    const unwatch = this.engine.watch(filter, buffer);
    const ends = AbortSignal.any([signal, this.closing.signal]);
    try {
      while (!ends.aborted) yield* await buffer.take(ends);
    } finally {
      unwatch();
    }
    if (!signal.aborted) this.checkOpen();
  }

  async *logs(handle: WorkloadHandle, options: LogOptions, signal: AbortSignal): AsyncGenerator<LogLine> {
    this.check(handle);
    const workload = this.engine.workload(handle.id);
    let { news, printed } = workload.outputAfter(0);
    yield* news.slice(options.tailLines === undefined ? 0 : Math.max(0, news.length - options.tailLines));
    while (options.follow && !signal.aborted) {
      ({ news, printed } = workload.outputAfter(printed));
      yield* news;
      if (news.length > 0) continue;
      if (workload.state === 'exited') return;
      await workload.change(signal);
    }
  }

  async close({ workloads, graceMs }: { workloads: 'leave' | 'end'; graceMs: number }): Promise<void> {
    if (workloads === 'end') await this.engine.stopAll(graceMs);
    this.closing.abort();
  }

  private check(handle?: WorkloadHandle): void {
    this.checkOpen();
    if (handle && handle.backend !== 'process') throw new InvalidSpec(`a handle of ${handle.backend}`);
    this.engine.check();
  }

  private checkOpen(): void {
    if (this.closing.signal.aborted) throw new BackendUnavailable('this back end was closed');
  }
}

function checkRun({ run, booking, secrets = [] }: WorkloadSpec): void {
  if ('image' in run) throw new InvalidSpec('the fake runs no images');
  if ('command' in run && booking.hostPorts.length === 0 && run.command.some((word) => word.includes('$PORT')))
    throw new InvalidSpec('run.command names $PORT, but no host port is booked');
  for (const { name, path } of secrets) if (!path) throw new InvalidSpec(`secret ${name} has no file`);
}
