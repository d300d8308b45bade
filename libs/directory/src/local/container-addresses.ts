import {
  addressTowardsCluster,
  backendNames,
  engineAddress,
  engineGateway,
  type EngineAddress,
} from '@muster/orchestrator';
import { choiceSetting, commonSettings, loadConfiguration, textSetting } from '@muster/platform';

const loopback = '127.0.0.1';

/** What runs the workers of a node, and how they are reached. */
export const backendSettings = {
  MUSTER_BACKEND: choiceSetting('What runs the workloads of this node', backendNames, 'process'),
  MUSTER_WORKER_BIND_HOST: textSetting(
    "Address that workers bind; of workers in containers, the node's address on which their ports are published",
    loopback,
  ),
  MUSTER_WORKER_ADVERTISE_HOST: textSetting(
    'Host name or address under which others reach workers of this node',
    loopback,
  ),
  MUSTER_WORKER_REACH: choiceSetting(
    'How workers in containers are reached: by ports published on the node; by name in MUSTER_DOCKER_NETWORK, ' +
      'which all services are then part of too; or mixed: by name from a local directory in that network, else by ports',
    ['published', 'name', 'mixed'],
    'published',
  ),
  MUSTER_DOCKER_HOST: textSetting(
    'Address of the Docker Engine: unix://PATH, tcp://HOST:PORT or https://HOST:PORT',
    'unix:///var/run/docker.sock',
  ),
  MUSTER_DOCKER_TLS_DIR: textSetting('Folder with ca.pem, cert.pem and key.pem for an engine behind TLS', undefined),
  MUSTER_DOCKER_NETWORK: textSetting("Network that workers join; default: the engine's own bridge", undefined),
  MUSTER_KUBERNETES_CONFIG_FILE: textSetting(
    'kubeconfig of the cluster; default: the service account of the pod that this service is',
    undefined,
  ),
} as const;

/** Of the session services that the global directory starts. */
export const sessionHostSettings = {
  MUSTER_SESSION_INTERNAL_HOST: textSetting(
    'Address that the internal listeners of session services bind when they are started here',
    loopback,
  ),
} as const;

/** How the address is found out. */
export interface Finders {
  gatewayOf: (engine: EngineAddress, network: string | undefined) => Promise<string>;
  towardsCluster: (configFile: string | undefined) => Promise<string>;
}

type Environment = Readonly<Record<string, string | undefined>>;
const listeners = {
  ...backendSettings,
  ...sessionHostSettings,
  MUSTER_INTERNAL_HOST: commonSettings.MUSTER_INTERNAL_HOST,
};
const names = [
  'MUSTER_INTERNAL_HOST',
  'MUSTER_SESSION_INTERNAL_HOST',
  'MUSTER_WORKER_BIND_HOST',
  'MUSTER_WORKER_ADVERTISE_HOST',
] as const;

/**
 * For a launcher on one computer whose workers are containers or pods: the addresses on which they and the services reach each
 * other, as far as nobody has set them. A container does not reach this computer's loopback; the engine's bridge is reached by
 * both, and by nobody else. Pods reach the address that this computer has towards their cluster. Empty for settings that are
 * wrong: who starts the services says what about them.
 */
export async function addressesForContainers(
  environment: Environment,
  { gatewayOf, towardsCluster }: Finders = { gatewayOf: engineGateway, towardsCluster: addressTowardsCluster },
): Promise<Record<string, string>> {
  const settings = readable(environment);
  if (settings === undefined) return {};
  const { MUSTER_BACKEND: backend, MUSTER_WORKER_REACH: reach, MUSTER_KUBERNETES_CONFIG_FILE: configFile } = settings;
  if (backend === 'process' || (backend === 'docker' && reach !== 'published')) return {};
  const unset = names.filter((name) => environment[name] === undefined && settings[name] === loopback);
  if (unset.length === 0) return {};
  const engine = engineAddress(settings.MUSTER_DOCKER_HOST, settings.MUSTER_DOCKER_TLS_DIR);
  const address =
    backend === 'docker' ? await gatewayOf(engine, settings.MUSTER_DOCKER_NETWORK) : await towardsCluster(configFile);
  return Object.fromEntries(unset.map((name) => [name, address]));
}

function readable(environment: Environment): ReturnType<typeof load> | undefined {
  try {
    return load(environment);
  } catch {
    return undefined;
  }
}

function load(environment: Environment) {
  return loadConfiguration(listeners, environment);
}
