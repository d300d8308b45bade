import type { InstallationId, NodeId, SessionId, WorkerId, WorkloadId } from '@muster/contracts';
import type { LogLine } from '../contract/logs.js';
import type { OpenedBackend } from '../contract/orchestrator-backend.js';
import type { Run, WorkloadSpec } from '../contract/workload-spec.js';
import type { WorkloadHandle, WorkloadStatus } from '../contract/workload-status.js';
import type { ConformanceHarness } from './harness.js';
import type { ProbeBehaviour } from './probe.js';

export const never = new AbortController().signal;
let runs = 0;

/** What a case works on: one opened back end, specs with ids of its own, and its own installation's workloads. */
export class Bench {
  backend!: OpenedBackend;
  readonly installationId: InstallationId;
  private ids = 0;

  constructor(readonly harness: ConformanceHarness) {
    this.installationId = `ins_${process.pid}x${(runs += 1)}` as InstallationId;
  }

  async open(): Promise<void> {
    this.backend = await this.harness.open();
  }

  /** As after a restart of our process. */
  async reopen(): Promise<void> {
    await this.backend.close({ workloads: 'leave', graceMs: 0 });
    await this.open();
  }

  /** Ends what a case left running and lets go. */
  async clear(): Promise<void> {
    const left = await this.list();
    await Promise.all(left.map(({ handle }) => this.backend.stop(handle, { graceMs: 0 })));
    await this.backend.close({ workloads: 'leave', graceMs: 0 });
  }

  spec(behaviour: ProbeBehaviour, members: Partial<WorkloadSpec> = {}): WorkloadSpec {
    return this.specOf(this.harness.run(behaviour), members);
  }

  specOf(run: Run, members: Partial<WorkloadSpec> = {}): WorkloadSpec {
    const number = (this.ids += 1);
    const ownership = {
      installationId: this.installationId,
      nodeId: 'nod_conformance' as NodeId,
      sessionId: 'ses_conformance' as SessionId,
      workerId: `wrk_${number}` as WorkerId,
      role: 'probe',
      incarnation: 1,
      epoch: 1,
    };
    return {
      id: `${this.installationId}-${number}`.toLowerCase().replaceAll('_', '-') as WorkloadId,
      kind: 'worker',
      ownership,
      run,
      env: {},
      booking: { amounts: { cpuMillis: 100, memoryBytes: 1e8, diskBytes: 0, ports: 0 }, gpus: [], hostPorts: [] },
      graceMs: 2000,
      ...members,
    };
  }

  start(spec: WorkloadSpec, signal: AbortSignal = never): Promise<WorkloadHandle> {
    return this.backend.start(spec, signal);
  }

  /** Starts it and waits for its `ready`. */
  async startReady(spec: WorkloadSpec): Promise<WorkloadHandle> {
    const handle = await this.start(spec);
    await this.line(handle, 'ready');
    return handle;
  }

  list(): Promise<WorkloadStatus[]> {
    return this.backend.list({ installationId: this.installationId });
  }

  /** The first line of output that begins so. */
  async line(handle: WorkloadHandle, beginning: string): Promise<string> {
    for await (const line of this.backend.logs(handle, { follow: true }, never))
      if (line.text.startsWith(beginning)) return line.text;
    throw new MissingOutput(`${handle.id} ended without printing ${beginning}`);
  }

  async lines(handle: WorkloadHandle, options: { follow: boolean; tailLines?: number }): Promise<LogLine[]> {
    return collect(this.backend.logs(handle, options, never));
  }

  /** Waits until it has exited. */
  exited(handle: WorkloadHandle): Promise<WorkloadStatus> {
    return this.seen(handle, ({ state }) => state === 'exited');
  }

  /** Waits, by watching, until it is so. */
  async seen(handle: WorkloadHandle, isSo: (status: WorkloadStatus) => boolean): Promise<WorkloadStatus> {
    const stop = new AbortController();
    try {
      for await (const event of this.backend.watch(
        { installationId: this.installationId, ids: [handle.id] },
        stop.signal,
      )) {
        const seen =
          event.type === 'synced' ? event.workloads[0] : event.type === 'changed' ? event.workload : undefined;
        if (seen !== undefined && isSo(seen)) return seen;
      }
    } finally {
      stop.abort();
    }
    throw new MissingOutput(`the watch on ${handle.id} ended by itself`);
  }
}

export async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const value of values) collected.push(value);
  return collected;
}

/** What a case waited for never came. */
export class MissingOutput extends Error {
  readonly code = 'missing-output';
}

/** A sentence about the contract, and how to find out whether it holds. */
export interface ConformanceCase {
  readonly name: string;
  /** Absent = it applies to every back end. */
  applies?(harness: ConformanceHarness, capabilities: OpenedBackend['capabilities']): boolean;
  try(bench: Bench): Promise<void>;
}
