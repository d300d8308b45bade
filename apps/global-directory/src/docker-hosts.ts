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
import { createBackend, engineAddress } from '@muster/orchestrator';

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
  { installationId, dataDir, runtime }: Host,
  { image, graceMs, environment, onError }: HostLaunch,
): LaunchedHost {
  const { name } = dockerHost;
  const nodeId = `engine-${name}` as NodeId;
  const env = { ...elsewhere(environment), ...hostEnvironment(dockerHost) };
  const service = { name: `local-directory ${name}`, program: 'local-directory' as const, environment: env };
  const launcher = new EngineLauncher({
    open: () =>
      createBackend('docker', {
        stateDir: join(dataDir, 'engines', name),
        installationId,
        nodeId,
        engine: engineAddress(dockerHost.engine, dockerHost.tlsFolder),
        network: dockerHost.network,
      }),
    installationId,
    nodeId,
    specOf: () => localDirectorySpec(dockerHost, { image, env, graceMs }),
    random: runtime.random,
    onError,
  });
  return { service, launcher };
}
