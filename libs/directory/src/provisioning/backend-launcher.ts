import type { InstallationId, NodeId, WorkloadId } from '@muster/contracts';
import type { OrchestratorBackend, WorkloadHandle, WorkloadSpec, WorkloadStatus } from '@muster/orchestrator';
import { newId, type RandomSource } from '@muster/platform';
import type { LaunchedService, ServiceEnd, ServiceLauncher, ServiceToLaunch } from './service-launcher.js';

/** What is said of a service beside its name and owner. */
export type ServiceSpec = Omit<WorkloadSpec, 'id' | 'kind' | 'ownership'>;

export interface BackendLauncherParts {
  backend: OrchestratorBackend;
  installationId: InstallationId;
  /** Names the engine towards the back end. */
  nodeId: NodeId;
  specOf: (service: ServiceToLaunch) => ServiceSpec;
  random: RandomSource;
  /** Why a service could not be started or followed; it then shows as one that has ended. */
  onError: (service: string, error: unknown) => void;
}

/**
 * Runs our services as workloads of a back end. What runs already under a service's name is taken over, so that our restart
 * starts nothing twice. Two replicas that start one name at the same instant are told apart by what they started: of two
 * local directories for one node the older ends by itself.
 */
export class BackendLauncher implements ServiceLauncher {
  constructor(private readonly parts: BackendLauncherParts) {}

  launch(service: ServiceToLaunch): LaunchedService {
    const stopping = new AbortController();
    const started = this.startOrTakeOver(service, stopping.signal);
    const ended = started
      .then((handle) => this.endOf(handle))
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) this.parts.onError(service.name, error);
        return { code: null, signal: null };
      });
    return { ended, stop: (graceMs) => this.stop({ service, started, ended, stopping }, graceMs) };
  }

  private async startOrTakeOver(service: ServiceToLaunch, signal: AbortSignal): Promise<WorkloadHandle> {
    const { backend, installationId, nodeId, specOf } = this.parts;
    const running = (await this.known(service)).find(({ state }) => state !== 'exited');
    if (running !== undefined) return running.handle;
    const id = newId(`${service.program}-`, this.parts.random).toLowerCase().replaceAll('_', '-') as WorkloadId;
    const ownership = { installationId, nodeId, role: service.name };
    return backend.start({ ...specOf(service), id, kind: kindOf(service), ownership }, signal);
  }

  private async known(service: ServiceToLaunch): Promise<WorkloadStatus[]> {
    const { backend, installationId, nodeId } = this.parts;
    return backend.list({ installationId, nodeId, kind: kindOf(service), role: service.name });
  }

  private async endOf({ id }: WorkloadHandle): Promise<ServiceEnd> {
    const { backend, installationId } = this.parts;
    const over = new AbortController();
    try {
      for await (const event of backend.watch({ installationId, ids: [id] }, over.signal)) {
        if (event.type === 'removed') break;
        const status = event.type === 'changed' ? event.workload : event.workloads[0];
        if (status === undefined) break;
        if (status.exit !== undefined) {
          const { code, signal, outputTail } = status.exit;
          return { code, signal, outputTail };
        }
      }
      return { code: null, signal: null };
    } finally {
      over.abort();
    }
  }

  private async stop(
    launched: {
      service: ServiceToLaunch;
      started: Promise<WorkloadHandle>;
      ended: Promise<ServiceEnd>;
      stopping: AbortController;
    },
    graceMs: number,
  ): Promise<void> {
    const { service, started, ended, stopping } = launched;
    stopping.abort();
    const handle = await started.catch(() => undefined);
    try {
      if (handle !== undefined) await this.parts.backend.stop(handle, { graceMs });
    } catch (error) {
      // Out of reach it cannot be seen to end either.
      return this.parts.onError(service.name, error);
    }
    await ended;
  }
}

function kindOf({ program }: ServiceToLaunch): 'session-service' | 'local-directory' {
  return program === 'session' ? 'session-service' : program;
}
