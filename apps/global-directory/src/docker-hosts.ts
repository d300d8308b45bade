import { join } from 'node:path';
import type { NodeId } from '@muster/contracts';
import {
  elsewhere,
  EngineLauncher,
  hostEnvironment,
  localDirectorySpec,
  type DockerHost,
  type ServiceToLaunch,
} from '@muster/directory';
import type { Host } from '@muster/hosting';
import { createBackend, engineAddress, type OpenedBackend } from '@muster/orchestrator';

/** What must be known of an engine to find what runs there. */
export type EnginePlace = Pick<DockerHost, 'name' | 'engine' | 'tlsFolder'> & Partial<Pick<DockerHost, 'network'>>;

export interface LaunchedHost {
  service: ServiceToLaunch;
  launcher: EngineLauncher;
}

export interface HostLaunch {
  image: string;
  graceMs: number;
  /** Of every service of the installation. */
  environment: Readonly<Record<string, string>>;
  onError: (service: string, error: unknown) => void;
}

/** How the local directory of a host is launched there, as a container of its engine. */
export function launchOn(
  dockerHost: DockerHost,
  host: Host,
  { image, graceMs, environment, onError }: HostLaunch,
): LaunchedHost {
  const { name } = dockerHost;
  const env = { ...elsewhere(environment), ...hostEnvironment(dockerHost) };
  const service = { name: `local-directory ${name}`, program: 'local-directory' as const, environment: env };
  const launcher = new EngineLauncher({
    open: () => openEngine(dockerHost, host),
    installationId: host.installationId,
    nodeId: nodeIdOf(name),
    specOf: () => localDirectorySpec(dockerHost, { image, env, graceMs }),
    random: host.runtime.random,
    onError,
  });
  return { service, launcher };
}

/** Rejects when the engine is out of reach. */
export function openEngine(
  { name, engine, tlsFolder, network }: EnginePlace,
  { dataDir, installationId }: Host,
): Promise<OpenedBackend> {
  return createBackend('docker', {
    stateDir: join(dataDir, 'engines', name),
    installationId,
    nodeId: nodeIdOf(name),
    engine: engineAddress(engine, tlsFolder),
    ...(network === undefined ? {} : { network }),
  });
}

/** Of the engine: its workers belong to the node of its local directory. */
function nodeIdOf(name: string): NodeId {
  return `engine-${name}` as NodeId;
}
