import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InstallationId, NodeId, WorkloadId } from '@muster/contracts';
import { buildKeeper } from '@muster/testing';
import { probeCommand, type ProbeBehaviour } from '../../../conformance/index.js';
import type { OpenedBackend } from '../../../contract/orchestrator-backend.js';
import type { WorkloadSpec } from '../../../contract/workload-spec.js';
import { createBackend } from '../../index.js';
import { KeeperConnection } from '../keeper-connection.js';
import { prepareKeeperPlace } from '../keeper-place.js';
import type { ProcessBackendOptions } from '../options.js';
import { processesUnder } from './processes-under.js';

export const never = new AbortController().signal;
export const installationId = 'ins_test' as InstallationId;

/** A state directory of its own, back ends on it, and the keeper behind them within reach. */
export class ProcessBench {
  private readonly root = mkdtempSync(join(tmpdir(), 'muster-keeper-'));
  readonly stateDir: string;

  constructor(below = 'state') {
    this.stateDir = join(this.root, below);
    mkdirSync(this.stateDir, { recursive: true });
  }

  async open(options: Partial<ProcessBackendOptions> = {}): Promise<OpenedBackend> {
    const keeperFile = await buildKeeper();
    return createBackend('process', { stateDir: this.stateDir, nodeId: 'nod_1' as NodeId, keeperFile, ...options });
  }

  /** Outside the state directory. */
  path(name: string): string {
    return join(this.root, name);
  }

  spec(id: string, behaviour: ProbeBehaviour, members: Partial<WorkloadSpec> = {}): WorkloadSpec {
    return {
      id: id as WorkloadId,
      kind: 'worker',
      ownership: { installationId, nodeId: 'nod_1' as NodeId },
      run: { command: probeCommand(behaviour) },
      env: {},
      booking: { amounts: { cpuMillis: 0, memoryBytes: 0, diskBytes: 0, ports: 0 }, gpus: [], hostPorts: [] },
      graceMs: 1000,
      ...members,
    };
  }

  async keeperPid(): Promise<number> {
    const connection = await KeeperConnection.open(prepareKeeperPlace(this.stateDir).socketPath);
    connection.close();
    return connection.keeperPid;
  }

  /** SIGKILL; returns when it is dead. */
  async killKeeper(): Promise<void> {
    const connection = await KeeperConnection.open(prepareKeeperPlace(this.stateDir).socketPath);
    process.kill(connection.keeperPid, 'SIGKILL');
    await connection.lost;
  }

  processes(): number[] {
    return processesUnder(this.stateDir);
  }

  async clear(): Promise<void> {
    await (await this.open()).close({ workloads: 'end', graceMs: 0 });
    rmSync(this.root, { recursive: true });
  }
}

/** Waits for a line of output that begins so. */
export async function line(backend: OpenedBackend, id: WorkloadId, beginning: string): Promise<string | undefined> {
  for await (const { text } of backend.logs({ version: 1, backend: 'process', id }, { follow: true }, never))
    if (text.startsWith(beginning)) return text;
  return undefined;
}
