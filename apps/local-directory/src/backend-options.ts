import { join } from 'node:path';
import type { InstallationId, NodeId } from '@muster/contracts';
import { engineAddress, type BackendOptions, type EngineAddress } from '@muster/orchestrator';
import { ConfigurationError } from '@muster/platform';
import type { LocalDirectorySettings } from './local-directory.config.js';

interface Place {
  /** This node's own folder. */
  folder: string;
  installationId: InstallationId;
  nodeId: NodeId;
}

/** How each back end is opened, by the settings. Pure. */
export function backendOptions(settings: LocalDirectorySettings, place: Place): BackendOptions {
  const shared = {
    stateDir: join(place.folder, settings.MUSTER_BACKEND),
    nodeId: place.nodeId,
    portCount: settings.MUSTER_WORKER_PORTS.last - settings.MUSTER_WORKER_PORTS.first + 1,
    reserved: {
      cpuMillis: settings.MUSTER_NODE_RESERVED_CPU_MILLIS,
      memoryBytes: settings.MUSTER_NODE_RESERVED_MEMORY_BYTES,
    },
    labels: settings.MUSTER_NODE_LABELS,
    pools: [...settings.MUSTER_NODE_POOLS],
    ...given('nodeName', settings.MUSTER_NODE_NAME),
    ...given('nodeFile', settings.MUSTER_NODE_FILE),
  };
  const { installationId } = place;
  return {
    process: { ...shared, spares: spareBounds(settings) },
    docker: { ...shared, ...dockerOptions(settings), installationId },
    kubernetes: { ...kubernetesOptions(settings), stateDir: shared.stateDir, nodeId: place.nodeId, installationId },
  };
}

function spareBounds(settings: LocalDirectorySettings): { least: number; most: number } {
  const { MUSTER_SPARE_WORKERS_LEAST: least, MUSTER_SPARE_WORKERS_MOST: most } = settings;
  if (least <= most) return { least, most };
  throw new ConfigurationError([
    `MUSTER_SPARE_WORKERS_LEAST is ${least}, MUSTER_SPARE_WORKERS_MOST ${most}: write at most as many as the other`,
  ]);
}

/** Which node of which cluster. Throws ConfigurationError where it is not said. */
export function clusterNode(settings: LocalDirectorySettings): { nodeName: string; configFile?: string } {
  const nodeName = settings.MUSTER_NODE_NAME;
  if (nodeName === undefined)
    throw new ConfigurationError([
      'MUSTER_NODE_NAME is required with MUSTER_BACKEND=kubernetes: the name of the node of the cluster on which workers run',
    ]);
  return { nodeName, ...given('configFile', settings.MUSTER_KUBERNETES_CONFIG_FILE) };
}

function kubernetesOptions(
  settings: LocalDirectorySettings,
): Omit<BackendOptions['kubernetes'], 'stateDir' | 'nodeId' | 'installationId'> {
  const user = settings.MUSTER_KUBERNETES_USER;
  return {
    nodeName: settings.MUSTER_NODE_NAME ?? '',
    namespace: settings.MUSTER_KUBERNETES_NAMESPACE,
    pull: settings.MUSTER_KUBERNETES_PULL,
    pullSecrets: settings.MUSTER_KUBERNETES_PULL_SECRETS,
    tolerations: settings.MUSTER_KUBERNETES_TOLERATIONS,
    unreachableMs: settings.MUSTER_KUBERNETES_UNREACHABLE_MS,
    scratchBytes: settings.MUSTER_KUBERNETES_SCRATCH_BYTES,
    // Pods have addresses of the family that others reach this node by.
    ipFamily: settings.MUSTER_WORKER_ADVERTISE_HOST.includes(':') ? 'ipv6' : 'ipv4',
    gpuClaims: settings.MUSTER_KUBERNETES_GPU_CLAIMS,
    endedKept: settings.MUSTER_KUBERNETES_ENDED_KEPT,
    ...given('configFile', settings.MUSTER_KUBERNETES_CONFIG_FILE),
    ...given('runAsUser', user === 0 ? undefined : user),
  };
}

function dockerOptions(settings: LocalDirectorySettings): {
  engine: EngineAddress;
} & Omit<BackendOptions['docker'], 'stateDir' | 'nodeId' | 'installationId'> {
  return {
    engine: engineAddress(settings.MUSTER_DOCKER_HOST, settings.MUSTER_DOCKER_TLS_DIR),
    pull: settings.MUSTER_DOCKER_PULL,
    imageKeepMs: settings.MUSTER_DOCKER_IMAGE_KEEP_MS,
    endedKept: settings.MUSTER_DOCKER_ENDED_KEPT,
    pidsLimit: settings.MUSTER_DOCKER_PROCESSES,
    scratchBytes: settings.MUSTER_DOCKER_SCRATCH_BYTES,
    ...given('network', settings.MUSTER_DOCKER_NETWORK),
    ...given('sessionNetworks', sessionNetworks(settings)),
    ...given('dockerConfigFile', settings.MUSTER_DOCKER_CONFIG_FILE),
  };
}

function sessionNetworks(settings: LocalDirectorySettings): { pool: string; prefix: number } | undefined {
  const pool = settings.MUSTER_DOCKER_SESSION_NETWORKS;
  if (pool === undefined) return undefined;
  if (settings.MUSTER_WORKER_REACH !== 'published')
    throw new ConfigurationError([
      'MUSTER_DOCKER_SESSION_NETWORKS needs MUSTER_WORKER_REACH=published: ' +
        'services are not part of the networks of sessions, so they cannot reach workers there by name',
    ]);
  return { pool, prefix: settings.MUSTER_DOCKER_SESSION_NETWORK_PREFIX };
}

function given<Name extends string, Value>(name: Name, value: Value | undefined): { [_ in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [_ in Name]: Value });
}
