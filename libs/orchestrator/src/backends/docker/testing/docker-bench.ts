import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InstallationId, NodeId, WorkloadId } from '@muster/contracts';
import { probeCommand, type ProbeBehaviour } from '../../../conformance/index.js';
import type { OpenedBackend } from '../../../contract/orchestrator-backend.js';
import type { WorkloadSpec } from '../../../contract/workload-spec.js';
import type { WorkloadHandle, WorkloadStatus } from '../../../contract/workload-status.js';
import { createBackend } from '../../index.js';
import { DockerApi } from '../docker-api.js';
import { connectionOf } from '../engine-address.js';
import type { DockerBackendOptions } from '../options.js';

export const never = new AbortController().signal;
/** Where tests may start containers. The script that runs these tests gives both. */
export const engineUrl = process.env['DOCKER_HOST'] ?? '';
export const probeImage = process.env['DOCKER_PROBE_IMAGE'] ?? 'node:24-bookworm-slim';
let benches = 0;

/** An owner of its own on the real engine, and back ends for it. */
export class DockerBench {
  readonly folder = mkdtempSync(join(tmpdir(), 'muster-docker-'));
  readonly installationId: InstallationId;
  readonly engine: DockerApi;
  private readonly opened: OpenedBackend[] = [];
  private ids = 0;

  constructor(private readonly url = engineUrl) {
    chmodSync(this.folder, 0o755);
    this.installationId = `ins_${process.pid}d${(benches += 1)}` as InstallationId;
    this.engine = new DockerApi(connectionOf({ url }));
  }

  async open(options: Partial<DockerBackendOptions> = {}): Promise<OpenedBackend> {
    const backend = await createBackend('docker', {
      stateDir: join(this.folder, 'state'),
      installationId: this.installationId,
      nodeId: 'nod_1' as NodeId,
      engine: { url: this.url },
      ...options,
    });
    this.opened.push(backend);
    return backend;
  }

  spec(behaviour: ProbeBehaviour, members: Partial<WorkloadSpec> = {}): WorkloadSpec {
    return {
      id: `w${(this.ids += 1)}` as WorkloadId,
      kind: 'worker',
      ownership: { installationId: this.installationId, nodeId: 'nod_1' as NodeId },
      run: { image: { linux: probeImage }, command: probeCommand(behaviour) },
      env: {},
      booking: { amounts: { cpuMillis: 0, memoryBytes: 0, diskBytes: 0, ports: 0 }, gpus: [], hostPorts: [] },
      graceMs: 1000,
      ...members,
    };
  }

  /** Ends everything of this owner. */
  async clear(): Promise<void> {
    await Promise.all(this.opened.map((backend) => backend.close({ workloads: 'leave', graceMs: 0 })));
    await (await this.open()).close({ workloads: 'end', graceMs: 0 });
    this.engine.close();
    rmSync(this.folder, { recursive: true });
  }
}

/** Waits for a line of output that begins so. */
export async function line(
  backend: OpenedBackend,
  handle: WorkloadHandle,
  beginning: string,
): Promise<string | undefined> {
  for await (const { text } of backend.logs(handle, { follow: true }, never))
    if (text.startsWith(beginning)) return text;
  return undefined;
}

/** Waits, by watching, until the workload is so. */
export async function until(
  backend: OpenedBackend,
  { id }: WorkloadHandle,
  installationId: InstallationId,
  isSo: (status: WorkloadStatus | undefined) => boolean,
): Promise<WorkloadStatus | undefined> {
  const stop = new AbortController();
  try {
    for await (const event of backend.watch({ installationId, ids: [id] }, stop.signal)) {
      const status =
        event.type === 'synced' ? event.workloads[0] : event.type === 'changed' ? event.workload : undefined;
      if (isSo(status)) return status;
    }
  } finally {
    stop.abort();
  }
  return undefined;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
