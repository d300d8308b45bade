import { execFile, fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const proxyProgram = resolve(import.meta.dirname, '../../dist/engine-proxy.js');

export interface HostPlan {
  name: string;
  /** As in DOCKER_HOST. */
  engine: string;
  installationId: string;
  /** The first is the one of the proxy. */
  ports: { first: number; last: number };
  keysFolder: string;
  images: readonly string[];
}

/** Folders as `Authority` makes them: of the proxy, and of its callers. */
export interface HostTls {
  proxy: string;
  callers: string;
}

/** One engine as a host of its own: with a network for workers, and a proxy by which the installation reaches the engine. */
export class EngineHost {
  readonly network: string;
  readonly volume: string;
  private proxy: ChildProcess | undefined;
  private tls: HostTls | undefined;

  private constructor(
    readonly plan: HostPlan,
    /** Address of this host on its own network. */
    readonly address: string,
  ) {
    this.network = nameOf(plan);
    this.volume = nameOf(plan);
  }

  static async prepare(plan: HostPlan): Promise<EngineHost> {
    const docker = dockerOf(plan.engine);
    await docker('network', 'create', nameOf(plan));
    const address = await docker('network', 'inspect', '--format', '{{(index .IPAM.Config 0).Gateway}}', nameOf(plan));
    return new EngineHost(plan, address);
  }

  /** From now on its engine is reached by TLS alone, by callers with a certificate. */
  useTls(tls: HostTls): void {
    this.tls = tls;
  }

  /** Of this host in the hosts file; `address` is where others find its ports. */
  entry(address: string): Record<string, unknown> {
    const { name, ports, keysFolder } = this.plan;
    return {
      name,
      engine: `tcp://${this.address}:${ports.first}`,
      address,
      bindHost: this.address,
      ports: { first: ports.first + 1, last: ports.last },
      forwarders: 2,
      network: this.network,
      volume: this.volume,
      keysFolder,
      labels: { site: name },
      settings: { MUSTER_DOCKER_PULL: 'never' },
      ...(this.tls === undefined ? {} : { tlsFolder: this.tls.callers, nodeTlsFolder: this.tls.callers }),
    };
  }

  async openProxy(): Promise<void> {
    const { engine, installationId, ports, keysFolder } = this.plan;
    const { tls } = this;
    this.proxy = fork(proxyProgram, [], {
      env: {
        MUSTER_INSTALLATION_ID: installationId,
        MUSTER_ENGINE_PROXY_ENGINE: engine,
        MUSTER_ENGINE_PROXY_LISTEN: `tcp://${this.address}:${ports.first}`,
        MUSTER_ENGINE_PROXY_NETWORKS: this.network,
        MUSTER_ENGINE_PROXY_VOLUMES: this.volume,
        MUSTER_ENGINE_PROXY_FOLDERS: [`${keysFolder}/*`, ...(tls === undefined ? [] : [`${tls.callers}:ro`])].join(','),
        MUSTER_ENGINE_PROXY_PORTS: `${ports.first + 1}-${ports.last}`,
        MUSTER_ENGINE_PROXY_HOST_ADDRESSES: this.address,
        MUSTER_ENGINE_PROXY_IMAGES: 'muster/,muster.test/',
        ...(tls === undefined ? {} : tlsSettings(tls.proxy)),
      },
      execArgv: [],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    await once(this.proxy.stdout ?? this.proxy, 'data');
  }

  /** Ids of the containers of this installation, of one kind, that run. */
  async containers(kind: 'worker' | 'local-directory', ...more: string[]): Promise<string[]> {
    const label = (text: string): string[] => ['--filter', `label=dev.muster.${text}`];
    const filters = [...label(`installation=${this.plan.installationId}`), ...label(`kind=${kind}`)];
    return (await this.docker('ps', '--quiet', ...filters, ...more))
      .split('\n')
      .filter((id) => id !== '')
      .sort();
  }

  docker(...command: string[]): Promise<string> {
    return dockerOf(this.plan.engine)(...command);
  }

  /** What is missing there of the images. */
  async takeImagesFrom(other: EngineHost): Promise<void> {
    for (const image of this.plan.images) {
      const idOn = (host: EngineHost): Promise<string> =>
        host.docker('image', 'inspect', '--format', '{{.Id}}', image).catch(() => '');
      if ((await idOn(this)) !== (await idOn(other))) await copyImage(image, other.plan.engine, this.plan.engine);
    }
  }

  /** Takes away what a failed test left, and all that was made here. */
  async remove(): Promise<void> {
    const left = [
      ...(await this.containers('worker', '--all')),
      ...(await this.containers('local-directory', '--all')),
    ];
    if (left.length > 0) await this.docker('rm', '--force', ...left);
    await this.docker('volume', 'rm', '--force', this.volume);
    await this.docker('network', 'rm', this.network);
    if (this.proxy === undefined || this.proxy.exitCode !== null) return;
    const ended = once(this.proxy, 'exit');
    this.proxy.kill();
    await ended;
  }
}

function tlsSettings(folder: string): Record<string, string> {
  return {
    MUSTER_ENGINE_PROXY_TLS_CERT_FILE: join(folder, 'cert.pem'),
    MUSTER_ENGINE_PROXY_TLS_KEY_FILE: join(folder, 'key.pem'),
    MUSTER_ENGINE_PROXY_TLS_CA_FILE: join(folder, 'ca.pem'),
  };
}

function nameOf({ installationId, name }: HostPlan): string {
  return `muster-test-${installationId}-${name}`;
}

function dockerOf(engine: string): (...command: string[]) => Promise<string> {
  return async (...command) => (await run('docker', ['--host', engine, ...command])).stdout.trim();
}

async function copyImage(image: string, from: string, to: string): Promise<void> {
  const save = spawn('docker', ['--host', from, 'save', image], { stdio: ['ignore', 'pipe', 'inherit'] });
  const load = spawn('docker', ['--host', to, 'load'], { stdio: [save.stdout, 'ignore', 'inherit'] });
  const [code] = (await once(load, 'exit')) as [number];
  if (code !== 0) throw new TypeError(`${image} could not be copied to ${to}`);
}
