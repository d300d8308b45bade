import { MusterError, type LogLevelView } from '@muster/contracts';
import type { AdmissionCalls } from './calls.js';
import type { Directory } from './ports.js';
import type { ServiceRegistry } from './service-registry.js';

type Level = LogLevelView['level'];

export interface LogLevelTreeParts {
  calls: Pick<AdmissionCalls, 'addressesOf' | 'toAddress'>;
  registry: ServiceRegistry;
  directory: Pick<Directory, 'localDirectories'>;
  /** Sets the level of this process. */
  setOwn: (level: Level) => void;
}

interface Branch {
  service: string;
  address: string;
}

/** Changes the log level of every process: other services with configured addresses, those with a lease, all local directories. */
export class LogLevelTree {
  constructor(private readonly parts: LogLevelTreeParts) {}

  /** Reaches whom it can, and says whom it could not. */
  async set(level: Level): Promise<LogLevelView> {
    this.parts.setOwn(level);
    const { branches, unreached } = await this.branches();
    const failures = await Promise.all(branches.map((branch) => this.setOne(branch, level)));
    const failed = failures.filter((failure) => failure !== undefined);
    return { level, reached: 1 + branches.length - failed.length, unreached: [...unreached, ...failed] };
  }

  private async branches(): Promise<{ branches: Branch[]; unreached: LogLevelView['unreached'] }> {
    const { calls, registry, directory } = this.parts;
    const found = new Map<string, Branch>();
    const add = (service: string, address: string): void => {
      if (!found.has(address)) found.set(address, { service, address });
    };
    for (const service of ['auth', 'global-directory', 'global-session'] as const) {
      for (const address of calls.addressesOf(service)) add(service, address);
    }
    for (const service of registry.all()) if (!registry.hasEnded(service)) add(service.kind, service.address);
    try {
      for (const address of await directory.localDirectories()) add('local-directory', address);
      return { branches: [...found.values()], unreached: [] };
    } catch (error) {
      return { branches: [...found.values()], unreached: [{ service: 'local-directory', reason: reasonOf(error) }] };
    }
  }

  private async setOne(
    { service, address }: Branch,
    level: Level,
  ): Promise<LogLevelView['unreached'][number] | undefined> {
    try {
      await this.parts.calls.toAddress(address, { method: 'PUT', path: '/internal/v1/log-level', body: { level } });
      return undefined;
    } catch (error) {
      return { service, reason: reasonOf(error) };
    }
  }
}

/** The code alone: the detail names addresses. */
function reasonOf(error: unknown): string {
  return error instanceof MusterError ? error.code : 'internal';
}
