import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { MusterError, type NodeDescription, type NodeId } from '@muster/contracts';
import {
  HttpDirectoryCalls,
  listenCheck,
  networkProbe,
  NodeAgent,
  openNodeIdentity,
  type NodeAgentParts,
  type NodeMeter,
  type Reach,
  type NodeIdentity,
} from '@muster/directory';
import { HOST, ServiceCaller, type Host } from '@muster/hosting';
import { createBackend, kubernetesNodeId, type BackendOptions } from '@muster/orchestrator';
import { backendOptions, clusterNode } from './backend-options.js';
import { replicaAddresses, type Startable } from '@muster/platform';
import type { LocalDirectorySettings } from './local-directory.config.js';
import { nodeMeter, showNode } from './local-directory.meter.js';

/** The bundles lie in its folder dist. */
const programsFolder = resolve(dirname(fileURLToPath(import.meta.url)), '..');

type Backend = Awaited<ReturnType<typeof createBackend>>;

/** The node of this process: opened when the process has its addresses, since the node reports them. */
@Injectable()
export class LocalDirectoryNode implements OnModuleInit, Startable {
  readonly name = 'local-directory';
  private readonly settings: LocalDirectorySettings;
  private readonly folder: string;
  private readonly meter: NodeMeter;
  private opened: { agent: NodeAgent; backend: Backend } | undefined;

  constructor(
    @Inject(HOST) private readonly host: Host,
    private readonly caller: ServiceCaller,
  ) {
    this.settings = host.runtime.settings as LocalDirectorySettings;
    const { metrics } = host.runtime;
    this.meter = nodeMeter(metrics);
    showNode(metrics, () => this.opened?.agent);
    this.folder = this.settings.MUSTER_NODE_FOLDER ?? join(host.dataDir, 'nodes', 'own');
  }

  onModuleInit(): void {
    const { lifecycle, healthChecks } = this.host.runtime;
    lifecycle.add(this);
    healthChecks.add({ service: this.name, name: 'registered', check: async () => this.requireRegistered() });
  }

  async start(): Promise<void> {
    const { clock, random, logger } = this.host.runtime;
    const declaredId = (this.settings.MUSTER_NODE_ID as NodeId | undefined) ?? (await this.idInCluster());
    const identity = await openNodeIdentity({ folder: this.folder, declaredId, clock, random });
    const backend = await this.openBackend(identity.id);
    const [description] = await backend.nodes();
    if (description === undefined) throw new MusterError('not-ready', 'the back end sees no node');
    const agent = this.compose(identity, description, backend);
    this.opened = { agent, backend };
    await agent.start();
    logger.info(
      { node: identity.id, nodeEpoch: identity.nodeEpoch, allocatable: description.allocatable },
      'the node has started',
    );
  }

  /** Workers go on where the node runs alone; where the whole system stops, nothing stays. */
  async stop(): Promise<void> {
    if (this.opened === undefined) return;
    const { agent, backend } = this.opened;
    const { MUSTER_WORKERS_ON_STOP: onStop, MUSTER_STOP_GRACE_MS: graceMs } = this.settings;
    await agent.leave({ stopWorkloads: onStop === 'end', graceMs });
    await backend.close({ workloads: agent.isIdle ? 'end' : 'leave', graceMs });
  }

  /** Throws `unknown-node` for another node's id, `not-ready` before the node has started. */
  agentOf(node: string): NodeAgent {
    if (this.opened === undefined) throw new MusterError('not-ready', 'the node is starting');
    if (this.opened.agent.description.id !== node) throw new MusterError('unknown-node', `node ${node} is not here`);
    return this.opened.agent;
  }

  private requireRegistered(): void {
    if (this.opened?.agent.registered !== true)
      throw new MusterError('not-ready', 'no global directory has answered yet');
  }

  /** A node of a cluster is the same one wherever its local directory keeps its files. */
  private async idInCluster(): Promise<NodeId | undefined> {
    if (this.settings.MUSTER_BACKEND !== 'kubernetes') return undefined;
    return kubernetesNodeId(clusterNode(this.settings));
  }

  private openBackend(nodeId: NodeId): Promise<Backend> {
    const { settings, folder, host } = this;
    const options = backendOptions(settings, { folder, installationId: host.installationId, nodeId });
    const open = <Name extends keyof BackendOptions>(name: Name): Promise<Backend> =>
      createBackend(name, options[name]);
    return open(settings.MUSTER_BACKEND);
  }

  private compose(identity: NodeIdentity, description: NodeDescription, backend: Backend): NodeAgent {
    const { runtime, installationId } = this.host;
    const { clock, random, logger, instance } = runtime;
    const { settings, folder, caller } = this;
    const calls = new HttpDirectoryCalls(caller);
    const secretsFolder = settings.MUSTER_SECRETS_DIR;
    return new NodeAgent({
      identity,
      instance,
      description,
      backend,
      ...portsOf(settings),
      surroundings: {
        reach: reachOf(backend, settings),
        cpuCap: settings.MUSTER_WORKER_CPU_CAP,
        installationId,
        bindHost: settings.MUSTER_WORKER_BIND_HOST,
        advertiseHost: settings.MUSTER_WORKER_ADVERTISE_HOST,
        programsFolder,
        scratchRoot: join(folder, 'scratch'),
        mountFolders: settings.MUSTER_MOUNTS,
        ...(secretsFolder === undefined ? {} : { secretsFolder }),
      },
      folder,
      address: () => `${runtime.addresses.internalUrl}/internal/v1/local-directory/${identity.id}`,
      directories: () => replicaAddresses(caller.addressesOf('global-directory')),
      directoryCalls: calls.directories(),
      holderCalls: calls.holders(),
      sessionCalls: {
        holder: (session, options) =>
          caller.toService('global-session', {
            method: 'GET',
            path: `/internal/v1/global-session/sessions/${session}/holder`,
            ...options,
          }),
      },
      probe: networkProbe,
      meter: this.meter,
      liveness: {
        periodMs: settings.MUSTER_WORKER_LIVENESS_MS,
        maxMisses: settings.MUSTER_WORKER_LIVENESS_MISSES,
      },
      clock,
      random,
      onError: (error) => logger.warn({ reason: String(error) }, 'something of the node failed and is tried again'),
      onSuperseded: (error) => this.endOfNode(error),
    });
  }

  /** Two instances of one node would both act: this one is the older one, so its process ends. */
  private endOfNode(error: MusterError): void {
    this.host.runtime.logger.fatal({ reason: error.detail }, 'this instance of the node is superseded and ends');
    process.kill(process.pid, 'SIGTERM');
  }
}

function reachOf({ capabilities }: Backend, { MUSTER_WORKER_REACH: setting }: LocalDirectorySettings): Reach {
  if (capabilities.ownAddress) return 'address';
  return capabilities.ownNetwork ? setting : 'host';
}

/** In a container, whether a port of the host is free shows only when the engine publishes it. */
function portsOf(settings: LocalDirectorySettings): Pick<NodeAgentParts, 'ports' | 'forwarders'> {
  const {
    MUSTER_WORKER_PORTS: range,
    MUSTER_FORWARDER_PORTS: forwarding,
    MUSTER_WORKER_BIND_HOST: bindHost,
  } = settings;
  const inContainer = settings.MUSTER_WORKER_REACH === 'mixed';
  const host = inContainer ? '0.0.0.0' : bindHost;
  return {
    ports: { range, isFree: inContainer ? async () => true : listenCheck(bindHost) },
    ...(forwarding === undefined
      ? {}
      : { forwarders: { host, ports: { range: forwarding, isFree: listenCheck(host) } } }),
  };
}
