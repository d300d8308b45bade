import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { InstallationId, NodeId, WorkloadId } from '@muster/contracts';
import { probeCommand, type ProbeBehaviour } from '../../../conformance/index.js';
import type { OpenedBackend } from '../../../contract/orchestrator-backend.js';
import type { WorkloadSpec } from '../../../contract/workload-spec.js';
import type { WorkloadHandle, WorkloadStatus } from '../../../contract/workload-status.js';
import { createBackend } from '../../index.js';
import type { KubernetesBackendOptions } from '../options.js';
import { ApiProxy } from './api-proxy.js';

export const never = new AbortController().signal;
/** A cluster on which tests may make namespaces; without one they are not run. */
export const kubeconfig = process.env['KUBECONFIG'] ?? '';
export const probeImage = process.env['KUBERNETES_PROBE_IMAGE'] ?? 'node:24-bookworm-slim';
const run = promisify(execFile);
let benches = 0;

/** A namespace and an owner of its own on the real cluster, behind a proxy, and back ends for it. */
export class KubernetesBench {
  readonly namespace = `backend-${process.pid}-${Date.now().toString(36)}-${(benches += 1)}`;
  readonly installationId = `ins_${process.pid}k${benches}` as InstallationId;
  /** Of this computer, which its nodes are on too. */
  folder = '';
  proxy!: ApiProxy;
  nodeName = '';
  private readonly opened: OpenedBackend[] = [];
  private readonly volumes: string[] = [];
  private ids = 0;

  /** Makes the namespace, of the strictest security there is. */
  async prepare(): Promise<this> {
    this.folder = mkdtempSync(join(tmpdir(), 'muster-kubernetes-'));
    const { proxy, config } = proxied(
      await this.kubectl(['config', 'view', '--raw', '--minify', '--flatten', '-o', 'json']),
    );
    this.proxy = await proxy.start();
    writeFileSync(join(this.folder, 'config'), config(this.proxy.url), { mode: 0o600 });
    const nodes = await this.kubectl(['get', 'nodes', '-l', 'type!=kwok', '-o', 'name']);
    this.nodeName = nodes.split('\n')[0]?.replace('node/', '') ?? '';
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await this.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: this.namespace, labels } });
    return this;
  }

  async open(options: Partial<KubernetesBackendOptions> = {}): Promise<OpenedBackend> {
    const backend = await createBackend('kubernetes', {
      stateDir: join(this.folder, 'state'),
      installationId: this.installationId,
      nodeId: 'nod_1' as NodeId,
      nodeName: this.nodeName,
      namespace: this.namespace,
      configFile: join(this.folder, 'config'),
      runAsUser: 1000,
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

  /** A claim on a folder of the node. */
  async claim(name: string, path: string): Promise<void> {
    const volume = `${this.namespace}-${name}`;
    const size = { storage: '1Mi' };
    const accessModes = ['ReadWriteMany'];
    this.volumes.push(volume);
    await this.apply({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: volume },
      spec: { capacity: size, accessModes, hostPath: { path }, claimRef: { namespace: this.namespace, name } },
    });
    await this.apply({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace: this.namespace },
      spec: { accessModes, resources: { requests: size }, storageClassName: '', volumeName: volume },
    });
  }

  async apply(object: object): Promise<void> {
    const file = join(this.folder, 'object.json');
    writeFileSync(file, JSON.stringify(object));
    await this.kubectl(['apply', '-f', file]);
  }

  /** What has no name of its own to be applied by. */
  async create(path: string, object: object): Promise<void> {
    const file = join(this.folder, 'object.json');
    writeFileSync(file, JSON.stringify(object));
    await this.kubectl(['create', '--raw', path, '-f', file]);
  }

  async kubectl(args: readonly string[]): Promise<string> {
    const { stdout } = await run('kubectl', [...args], { env: { ...process.env, KUBECONFIG: kubeconfig } });
    return stdout.trim();
  }

  /** Removes everything of it. */
  async clear(): Promise<void> {
    await Promise.all(this.opened.map((backend) => backend.close({ workloads: 'leave', graceMs: 0 })));
    await this.proxy.stop();
    await this.kubectl(['delete', 'namespace', this.namespace, '--wait=false']);
    for (const volume of this.volumes) await this.kubectl(['delete', 'pv', volume, '--wait=false']);
    rmSync(this.folder, { recursive: true });
  }
}

/** A configuration whose server is a proxy, for which the server's certificate is not made. */
function proxied(json: string): { proxy: ApiProxy; config: (url: string) => string } {
  const config = JSON.parse(json) as { clusters: { cluster: Record<string, string> }[] };
  const cluster = config.clusters[0]?.cluster ?? {};
  const server = new URL(cluster['server'] ?? '');
  const proxy = new ApiProxy({ host: server.hostname, port: Number(server.port || 443) });
  return {
    proxy,
    config: (url) => {
      Object.assign(cluster, { server: url, 'tls-server-name': 'kubernetes.default.svc' });
      return JSON.stringify(config);
    },
  };
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
  { id }: Pick<WorkloadHandle, 'id'>,
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
