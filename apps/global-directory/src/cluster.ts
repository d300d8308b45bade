import type { SessionServicesWish } from '@muster/contracts';
import { ClusterSessionServices } from '@muster/directory';
import type { Host } from '@muster/hosting';
import { openNodeLabels, openServicePods } from '@muster/orchestrator';
import type { GlobalDirectorySettings } from './global-directory.config.js';

type NodeLabels = Awaited<ReturnType<typeof openNodeLabels>>;

/** What is looked after in a cluster: which of its nodes get a local directory, and further session services. */
export class Cluster {
  private constructor(
    private readonly labels: NodeLabels | undefined,
    private readonly sessions: ClusterSessionServices | undefined,
  ) {}

  /** Nothing is asked of a cluster unless the settings say so. */
  static async open(host: Host): Promise<Cluster> {
    const settings = host.runtime.settings as GlobalDirectorySettings;
    const cluster = new Cluster(await labelsOf(settings, host), await sessionsOf(settings, host));
    cluster.labels?.start();
    cluster.sessions?.start();
    return cluster;
  }

  /** Whether session services are made here. */
  get hasSessionServices(): boolean {
    return this.sessions !== undefined;
  }

  wish(wish: SessionServicesWish, graceMs: number): void {
    this.sessions?.wish(wish, graceMs);
  }

  async stop(): Promise<void> {
    await Promise.all([this.labels?.stop(), this.sessions?.stop()]);
  }
}

async function labelsOf(settings: GlobalDirectorySettings, host: Host): Promise<NodeLabels | undefined> {
  const selector = settings.MUSTER_KUBERNETES_NODES;
  if (selector === undefined) return undefined;
  const onError = errorLog(host, 'the labels of the nodes of the cluster cannot be set right now');
  return openNodeLabels({ ...accessOf(settings), selector, installationId: host.installationId, onError });
}

async function sessionsOf(settings: GlobalDirectorySettings, host: Host): Promise<ClusterSessionServices | undefined> {
  const template = settings.MUSTER_KUBERNETES_SESSION_TEMPLATE;
  if (template === undefined) return undefined;
  const { clock, random } = host.runtime;
  const onError = errorLog(host, 'session services cannot be looked after in the cluster right now');
  const namespace = settings.MUSTER_KUBERNETES_SERVICES_NAMESPACE;
  const { installationId } = host;
  const pods = await openServicePods({ ...accessOf(settings), namespace, template, installationId, onError });
  const maxSessionServices = settings.MUSTER_FURTHER_SESSION_SERVICES;
  return new ClusterSessionServices({
    pods,
    namePrefix: `${template}-further`,
    maxSessionServices,
    clock,
    random,
    onError,
  });
}

function accessOf({ MUSTER_KUBERNETES_CONFIG_FILE: configFile }: GlobalDirectorySettings): { configFile?: string } {
  return configFile === undefined ? {} : { configFile };
}

const reasonsKept = 100;

/** What fails again in the same words is said once. */
function errorLog(host: Host, what: string): (error: unknown) => void {
  const said = new Set<string>();
  return (error) => {
    const reason = String(error);
    if (said.has(reason)) return;
    if (said.size >= reasonsKept) said.clear();
    said.add(reason);
    host.runtime.logger.warn({ reason }, what);
  };
}
