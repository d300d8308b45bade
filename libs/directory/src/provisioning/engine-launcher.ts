import type { OpenedBackend } from '@muster/orchestrator';
import { BackendLauncher, type BackendLauncherParts } from './backend-launcher.js';
import type { LaunchedService, ServiceLauncher, ServiceToLaunch } from './service-launcher.js';

export interface EngineLauncherParts extends Omit<BackendLauncherParts, 'backend'> {
  open: () => Promise<OpenedBackend>;
}

/**
 * Launches services on an engine that may be away: it is looked for at every launch until it has answered once. A service
 * that cannot be launched shows as one that has ended.
 */
export class EngineLauncher implements ServiceLauncher {
  private opening: Promise<OpenedBackend> | undefined;

  constructor(private readonly parts: EngineLauncherParts) {}

  launch(service: ServiceToLaunch): LaunchedService {
    const launched = this.opened().then((backend) => new BackendLauncher({ ...this.parts, backend }).launch(service));
    const ended = launched.then(
      (each) => each.ended,
      (error: unknown) => {
        this.parts.onError(service.name, error);
        return { code: null, signal: null };
      },
    );
    return { ended, stop: async (graceMs) => (await launched.catch(() => undefined))?.stop(graceMs) };
  }

  /** Takes away what has ended; nothing is followed any more. */
  async close(): Promise<void> {
    const backend = await this.opening?.catch(() => undefined);
    await backend
      ?.close({ workloads: 'end', graceMs: 0 })
      .catch(() => backend.close({ workloads: 'leave', graceMs: 0 }));
  }

  private opened(): Promise<OpenedBackend> {
    this.opening ??= this.parts.open().catch((error: unknown) => {
      this.opening = undefined;
      throw error;
    });
    return this.opening;
  }
}
