import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Inject, Injectable } from '@nestjs/common';
import type { SessionServicesWish } from '@muster/contracts';
import {
  ProcessLauncher,
  Provisioner,
  readDeclaredNodes,
  readDockerHosts,
  serviceEnvironment,
  smallMemory,
  type DeclaredNodeWithPorts,
  type ServiceLauncher,
  type ServiceToLaunch,
} from '@muster/directory';
import { HOST, ServiceCaller, stopMarginMs, type Host } from '@muster/hosting';
import { Cluster } from './cluster.js';
import { FormerHosts } from './former-hosts.js';
import { launchOn, type LaunchedHost } from './docker-hosts.js';
import { givenSettings, type GlobalDirectorySettings } from './global-directory.config.js';

/** Beyond the time in which a service ends by itself, by force if need be. */
const lateMs = 1500;

/** The services that are kept running from here: as processes of this computer, and local directories on engines of other hosts. */
@Injectable()
export class Provisioning {
  private readonly settings: GlobalDirectorySettings;
  private provisioner: Provisioner | undefined;
  private hosts: readonly LaunchedHost[] = [];
  private readonly formerHosts: FormerHosts;
  private cluster: Cluster | undefined;

  constructor(
    @Inject(HOST) private readonly host: Host,
    private readonly caller: ServiceCaller,
  ) {
    this.settings = host.runtime.settings as GlobalDirectorySettings;
    this.formerHosts = new FormerHosts({
      host,
      graceMs: this.graceMs,
      onError: (error) =>
        host.runtime.logger.warn({ reason: String(error) }, 'an engine that is not used any more cannot be left now'),
    });
  }

  async start(): Promise<void> {
    const { clock, random, logger } = this.host.runtime;
    const file = this.settings.MUSTER_NODES_FILE;
    const nodes = file === undefined ? [] : await readDeclaredNodes(file);
    this.hosts = await this.dockerHosts();
    this.provisioner = new Provisioner({
      launcher: this.launcher(),
      localDirectories: [
        ...(await Promise.all(nodes.map((node) => this.localDirectory(node)))),
        ...this.hosts.map(({ service }) => service),
      ],
      sessionService: (instance) => this.sessionService(instance),
      maxSessionServices: this.settings.MUSTER_FURTHER_SESSION_SERVICES,
      clock,
      random,
      onEnd: (service, end) => logger.info({ name: service, ...end }, 'a service that was started here has ended'),
    });
    this.provisioner.start();
    this.cluster = await Cluster.open(this.host);
  }

  wish(wish: SessionServicesWish): void {
    if (this.cluster?.hasSessionServices) this.cluster.wish(wish, this.graceMs);
    else this.provisioner?.wish(wish, this.graceMs);
  }

  async stop(): Promise<void> {
    await this.cluster?.stop();
    await this.formerHosts.stop();
    await this.provisioner?.stop(this.graceMs);
    await Promise.all(this.hosts.map(({ launcher }) => launcher.close()));
  }

  private get graceMs(): number {
    return this.settings.MUSTER_STOP_GRACE_MS + stopMarginMs + lateMs;
  }

  private launcher(): ServiceLauncher {
    const processes = new ProcessLauncher(dirname(fileURLToPath(import.meta.url)));
    const engines = new Map(this.hosts.map(({ service, launcher }) => [service.name, launcher]));
    return { launch: (service) => (engines.get(service.name) ?? processes).launch(service) };
  }

  private async dockerHosts(): Promise<LaunchedHost[]> {
    const { MUSTER_DOCKER_HOSTS_FILE: file, MUSTER_SERVICES_IMAGE: image } = this.settings;
    const declared = file === undefined ? [] : await readDockerHosts(file);
    await this.formerHosts.start(declared);
    const { logger } = this.host.runtime;
    const launch = {
      image,
      graceMs: this.graceMs,
      environment: this.environment({}),
      onError: (service: string, error: unknown) =>
        logger.warn({ name: service, reason: String(error) }, 'a service cannot be kept running on its engine now'),
    };
    return declared.map((each) => launchOn(each, this.host, launch));
  }

  private async localDirectory({ ports, ...node }: DeclaredNodeWithPorts): Promise<ServiceToLaunch> {
    const folder = join(this.host.dataDir, 'nodes', node.name);
    const file = join(folder, 'declared.json');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(file, JSON.stringify(node, undefined, 2));
    const environment = this.environment({
      ...smallMemory,
      MUSTER_NODE_NAME: node.name,
      MUSTER_NODE_FOLDER: folder,
      MUSTER_NODE_FILE: file,
      MUSTER_WORKER_PORTS: `${ports.first}-${ports.last}`,
    });
    return { name: `local-directory ${node.name}`, program: 'local-directory', environment };
  }

  private sessionService(instance: string): ServiceToLaunch {
    const environment = this.environment({
      MUSTER_INSTANCE_ID: instance,
      MUSTER_PROVISIONED: 'true',
      MUSTER_INTERNAL_HOST: this.settings.MUSTER_SESSION_INTERNAL_HOST,
    });
    return { name: instance, program: 'session', environment };
  }

  private environment(own: Record<string, string>): Record<string, string> {
    const common = {
      MUSTER_PORT: '0',
      MUSTER_INTERNAL_PORT: '0',
      MUSTER_INSTALLATION_ID: this.host.installationId,
      MUSTER_PUBLIC_URL: this.host.runtime.addresses.publicUrl,
      MUSTER_AUTH_URL: this.caller.addressesOf('auth').join(','),
      MUSTER_GLOBAL_SESSION_URL: this.caller.addressesOf('global-session').join(','),
      MUSTER_GLOBAL_DIRECTORY_URL: this.caller.addressesOf('global-directory').join(','),
    };
    return serviceEnvironment({ inherited: givenSettings(), settings: this.settings, own: { ...common, ...own } });
  }
}
