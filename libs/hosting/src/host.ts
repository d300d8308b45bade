import type { Provider } from '@nestjs/common';
import type { InstallationId, ServiceRole } from '@muster/contracts';
import type { AuthClient } from '@muster/identity';
import type { Runtime } from '@muster/platform';
import type { DocumentStore } from '@muster/store';
import { ServiceCaller } from './service-caller.js';

/** What the services of one process are given beside the platform: the database, their identities, the installation's key. */
export interface Host {
  readonly runtime: Runtime;
  readonly installationId: InstallationId;
  readonly dataDir: string;
  /**
   * This process holds the lock of the data folder, and the database lies in it: every process that held the lock before, with
   * all that it hosted, has ended.
   */
  readonly holdsLock: boolean;
  /** Undefined in processes whose services work without a database. */
  readonly store: DocumentStore | undefined;
  /** Seals what the database keeps. Undefined in processes that were not given it. */
  readonly installationKey: string | undefined;
  /** Follows revocations and verifies tokens for the whole process. */
  readonly auth: AuthClient;
  callerOf(role: ServiceRole): ServiceCaller;
}

/** Nest injection token of the process's {@link Host}. */
export const HOST = Symbol('Host');
/** Nest injection token of the process's DocumentStore. */
export const STORE = Symbol('DocumentStore');
/** Nest injection token of the installation's key (text). */
export const INSTALLATION_KEY = Symbol('InstallationKey');

/** Gives a service's module its own {@link ServiceCaller}: calls go out under that service's identity. */
export function serviceCaller(role: ServiceRole): Provider {
  return { provide: ServiceCaller, inject: [HOST], useFactory: (host: Host) => host.callerOf(role) };
}
