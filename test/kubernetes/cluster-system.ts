import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { MusterClient } from '@muster/client';

const run = promisify(execFile);
const commandDeadlineMs = 400_000;
const overlay = resolve(import.meta.dirname, 'overlay');
/** Where the overlay's volume is. */
const databaseFolder = '/var/tmp/muster-test-database';

/** What the manifests make in a cluster. */
export const services = 'muster';
export const sessions = 'muster-sessions';

interface Listed<T> {
  items: T[];
}

export interface Pod {
  metadata: { name: string; uid: string; labels: Record<string, string>; deletionTimestamp?: string };
  spec: { nodeName?: string };
  status: { phase?: string; podIP?: string };
}

/** The manifests, applied to the cluster that KUBECONFIG names, with what stands for the database there. */
export class ClusterSystem {
  readonly password = randomBytes(12).toString('base64url');

  private constructor(
    readonly publicUrl: string,
    private readonly folder: string,
  ) {}

  /** Not applied yet. Others reach it on a port of the first node. */
  static async prepare(): Promise<ClusterSystem> {
    const address = await kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].status.addresses[0].address}');
    const folder = await mkdtemp(join(tmpdir(), 'muster-overlay-'));
    return new ClusterSystem(`http://${address}:30860`, folder);
  }

  /** As an operator applies it, but for the address, the first password and these settings. Resolves when all is ready. */
  async up(...settings: string[]): Promise<void> {
    const namespaces = await kubectl('get', 'namespaces', '-o', 'name');
    if (namespaces.split('\n').includes(`namespace/${services}`))
      throw new TypeError(`the cluster has a namespace ${services} already: the tests would take it away`);
    await rm(databaseFolder, { recursive: true, force: true });
    await mkdir(databaseFolder, { recursive: true });
    await chmod(databaseFolder, 0o777);
    const kustomization = {
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: [relative(this.folder, overlay)],
      configMapGenerator: [
        {
          name: 'muster-settings',
          namespace: services,
          behavior: 'merge',
          literals: [`MUSTER_PUBLIC_URL=${this.publicUrl}`, ...settings],
        },
      ],
      secretGenerator: [
        {
          name: 'muster-admin',
          namespace: services,
          literals: [`password=${this.password}`],
          options: { disableNameSuffixHash: true },
        },
      ],
    };
    await writeFile(join(this.folder, 'kustomization.yaml'), JSON.stringify(kustomization));
    await kubectl('apply', '-k', this.folder);
    await this.settled();
  }

  /** Takes everything away, data included. */
  async down(): Promise<void> {
    await kubectl('delete', '-k', this.folder, '--ignore-not-found', '--timeout=200s');
    await kubectl('label', 'nodes', '--all', 'muster.dev/local-directory-');
    await rm(this.folder, { recursive: true, force: true });
    await rm(databaseFolder, { recursive: true, force: true });
  }

  /** Resolves when every service is rolled out. */
  async settled(): Promise<void> {
    const kinds = await kubectl('get', 'deployments,statefulsets', '-n', services, '-o', 'name');
    for (const each of [...kinds.split('\n'), 'daemonset/local-directory'])
      await kubectl('rollout', 'status', '-n', services, each, '--timeout=200s');
  }

  async client(): Promise<MusterClient> {
    const client = new MusterClient({ baseUrl: this.publicUrl });
    await client.login('admin', this.password);
    return client;
  }

  /** Pods of a service, or of sessions' workers, that are not on their way out. */
  async pods(namespace: string, selector = ''): Promise<Pod[]> {
    const text = await kubectl('get', 'pods', '-n', namespace, '-l', selector, '-o', 'json');
    return (JSON.parse(text) as Listed<Pod>).items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  }

  /** Workers that run, as role and uid of their pod. */
  async workers(session: string): Promise<Record<string, string>> {
    const pods = await this.pods(sessions, `muster.dev/session=${session}`);
    const running = pods.filter(({ status }) => status.phase === 'Running');
    return Object.fromEntries(running.map(({ metadata }) => [metadata.labels['muster.dev/role'], metadata.uid]));
  }
}

/** Answers what it prints. */
export async function kubectl(...args: string[]): Promise<string> {
  const { stdout } = await run('kubectl', args, { timeout: commandDeadlineMs, maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim();
}

/** With this on its standard input; answers what it complains about. */
async function kubectlWith(input: string, ...args: string[]): Promise<string> {
  const child = spawn('kubectl', args, { stdio: ['pipe', 'ignore', 'pipe'] });
  const said: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
  child.stdin.end(input);
  await once(child, 'close');
  return said.join('');
}

/**
 * What the API server, asked to check them strictly, does not take of these manifests: its words, or the kind where it does not know
 * it. Objects that are there already are all right.
 */
export async function refusals(manifests: string): Promise<string[]> {
  const said = await kubectlWith(manifests, 'create', '-f', '-', '--dry-run=server', '--validate=strict');
  const unknown = [...said.matchAll(/no matches for kind "(\w+)"/g)].map(([, kind]) => kind ?? '');
  const others = said
    .split('\n')
    .filter((line) => /error|invalid/i.test(line) && !/AlreadyExists|no matches for kind|ensure CRDs/.test(line));
  return [...unknown, ...others];
}
