import { execFile, fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, chmod, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Authority } from './certificates.js';

const run = promisify(execFile);
const proxyProgram = resolve(import.meta.dirname, '../../dist/engine-proxy.js');
const hostFile = resolve(import.meta.dirname, '../../compose/host.yaml');
const commandDeadlineMs = 120_000;

export interface HostPlan {
  name: string;
  /** As in DOCKER_HOST. */
  engine: string;
  installationId: string;
  ports: { first: number; last: number };
  /** Of this host alone. */
  folder: string;
  servicesImage: string;
  images: readonly string[];
}

/** One engine as a host of its own: with a network for workers, and a proxy by which the installation reaches the engine. */
export abstract class EngineHost {
  readonly network: string;
  private readonly volume: string;

  constructor(
    readonly plan: HostPlan,
    /** Address of this host on its own network. */
    readonly address: string,
  ) {
    this.network = networkOf(plan);
    this.volume = `muster-node-${plan.name}`;
  }

  /** How the engine is reached, in the hosts file. */
  protected abstract get engine(): Record<string, string>;
  abstract openProxy(): Promise<void>;
  abstract closeProxy(): Promise<void>;

  /** Of this host in the hosts file; `address` is where others find its ports. */
  entry(address: string, site: string): Record<string, unknown> {
    const { name, ports, folder } = this.plan;
    return {
      ...this.engine,
      name,
      address,
      bindHost: this.address,
      ports,
      forwarders: 2,
      network: this.network,
      keysFolder: join(folder, 'keys'),
      labels: { site },
      settings: { MUSTER_DOCKER_PULL: 'never' },
    };
  }

  /** As an operator brings it there. */
  async giveKey(file: string): Promise<void> {
    const target = join(this.plan.folder, 'keys/local-directory.key');
    await mkdir(join(this.plan.folder, 'keys'));
    await copyFile(file, target);
    await chmod(target, 0o644);
  }

  /** Ids of the containers of this installation, of one kind, that run. */
  async containers(kind: 'worker' | 'local-directory', ...more: string[]): Promise<string[]> {
    const label = (text: string): string[] => ['--filter', `label=dev.muster.${text}`];
    const filters = [...label(`installation=${this.plan.installationId}`), ...label(`kind=${kind}`)];
    const ids = (await this.docker('ps', '--quiet', ...filters, ...more)).split('\n');
    return ids.filter((id) => id !== '').sort();
  }

  docker(...command: string[]): Promise<string> {
    return docker(this.plan.engine, command);
  }

  /** What is missing here of the images, or is another one there. */
  async takeImagesFrom(other: EngineHost): Promise<void> {
    for (const image of this.plan.images) {
      const idOn = (host: EngineHost): Promise<string> =>
        host.docker('image', 'inspect', '--format', '{{.Id}}', image).catch(() => '');
      if ((await idOn(this)) !== (await idOn(other))) await copyImage(image, other.plan.engine, this.plan.engine);
    }
  }

  /** Takes away what a failed test left, and all that was made here. */
  async remove(): Promise<void> {
    const kinds = ['worker', 'local-directory'] as const;
    const left = (await Promise.all(kinds.map((kind) => this.containers(kind, '--all')))).flat();
    if (left.length > 0) await this.docker('rm', '--force', ...left);
    await this.closeProxy();
    await this.docker('volume', 'rm', '--force', this.volume);
    await this.docker('network', 'rm', this.network);
  }
}

/** Makes the network and answers the host's address on it. */
export async function prepareNetwork(plan: HostPlan): Promise<string> {
  await docker(plan.engine, ['network', 'create', networkOf(plan)]);
  await mkdir(plan.folder, { recursive: true });
  const gateway = '{{(index .IPAM.Config 0).Gateway}}';
  return docker(plan.engine, ['network', 'inspect', '--format', gateway, networkOf(plan)]);
}

/** Its proxy is a process, reached without TLS: the way there is one that nobody else is on, as inside one computer. */
export class NearHost extends EngineHost {
  private proxy: ChildProcess | undefined;

  protected get engine(): Record<string, string> {
    return { engine: `tcp://${this.address}:2375` };
  }

  async openProxy(): Promise<void> {
    const { engine, installationId, ports, folder, name } = this.plan;
    this.proxy = fork(proxyProgram, [], {
      env: {
        MUSTER_INSTALLATION_ID: installationId,
        MUSTER_ENGINE_PROXY_ENGINE: engine,
        MUSTER_ENGINE_PROXY_LISTEN: `tcp://${this.address}:2375`,
        MUSTER_ENGINE_PROXY_NETWORKS: this.network,
        MUSTER_ENGINE_PROXY_VOLUMES: `muster-node-${name}`,
        MUSTER_ENGINE_PROXY_FOLDERS: `${folder}/keys/*`,
        MUSTER_ENGINE_PROXY_PORTS: `${ports.first}-${ports.last}`,
        MUSTER_ENGINE_PROXY_HOST_ADDRESSES: this.address,
        MUSTER_ENGINE_PROXY_IMAGES: 'muster/,muster.test/',
      },
      execArgv: [],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    await once(this.proxy.stdout ?? this.proxy, 'data');
  }

  async closeProxy(): Promise<void> {
    if (this.proxy === undefined || this.proxy.exitCode !== null) return;
    const ended = once(this.proxy, 'exit');
    this.proxy.kill();
    await ended;
  }
}

/** Its proxy is what an operator runs on a further host: the shipped file, reached by TLS with a certificate. */
export class FarHost extends EngineHost {
  protected get engine(): Record<string, string> {
    const { folder } = this.plan;
    const tls = join(folder, 'client-tls');
    return { engine: `tcp://${this.address}:2376`, tlsFolder: tls, nodeTlsFolder: tls };
  }

  async takeCertificatesOf(authority: Authority): Promise<void> {
    for (const name of ['proxy-tls', 'client-tls']) await authority.issue(join(this.plan.folder, name), this.address);
  }

  async openProxy(): Promise<void> {
    await this.compose('up', '--detach', '--wait');
  }

  async closeProxy(): Promise<void> {
    await this.compose('down', '--timeout', '5');
  }

  private async compose(...command: string[]): Promise<void> {
    const { engine, installationId, ports, folder, name, servicesImage } = this.plan;
    await run('docker', ['--host', engine, 'compose', '--file', hostFile, ...command], {
      timeout: commandDeadlineMs,
      env: {
        ...process.env,
        COMPOSE_PROJECT_NAME: this.network,
        MUSTER_SERVICES_IMAGE: servicesImage,
        MUSTER_INSTALLATION_ID: installationId,
        MUSTER_ENGINE_SOCKET: engine.replace('unix://', ''),
        MUSTER_HOST_NAME: name,
        MUSTER_HOST_ADDRESS: this.address,
        MUSTER_HOST_NETWORK: this.network,
        MUSTER_HOST_FOLDER: folder,
        MUSTER_HOST_PORTS: `${ports.first}-${ports.last}`,
      },
    });
  }
}

function networkOf({ name }: HostPlan): string {
  return `muster-test-${name}`;
}

async function docker(engine: string, command: string[]): Promise<string> {
  return (await run('docker', ['--host', engine, ...command])).stdout.trim();
}

async function copyImage(image: string, from: string, to: string): Promise<void> {
  const save = spawn('docker', ['--host', from, 'save', image], { stdio: ['ignore', 'pipe', 'inherit'] });
  const load = spawn('docker', ['--host', to, 'load'], { stdio: [save.stdout, 'ignore', 'inherit'] });
  const [code] = (await once(load, 'exit')) as [number];
  if (code !== 0) throw new TypeError(`${image} could not be copied to ${to}`);
}
