import 'reflect-metadata';
import { resolve } from 'node:path';
import type { InstallationId, ServiceRole } from '@muster/contracts';
import { AuthClient, ensureKeyFiles } from '@muster/identity';
import {
  createTracedRuntime,
  loadConfiguration,
  type CommonSettings,
  type Runtime,
  type SettingsTable,
} from '@muster/platform';
import { lockInstallation, openStore, type DocumentStore, type InstallationLock } from '@muster/store';
import { createApplication, type Application } from './application.js';
import type { Host } from './host.js';
import { measuredStore, showDisk } from './hosting-metrics.js';
import { installationKeyOf, joinKeyOf } from './keys.js';
import { ServiceCaller } from './service-caller.js';
import type { ServiceDefinition } from './service-definition.js';

export interface HostOptions {
  /** Name of the process in logs: that of its one service, or `standalone`. */
  process: string;
  services: readonly ServiceDefinition[];
  environment: Readonly<Record<string, string | undefined>>;
  /** A launcher takes the data folder for itself and makes missing keys; a service that it started is given the installation's id. */
  ownsInstallation: boolean;
  /** Default: lenient, since other services may share the environment. */
  strictness?: 'strict' | 'lenient';
}

interface Closable {
  close(): Promise<void> | void;
}

export interface RunningHost {
  host: Host;
  app: Application;
  /** Stops everything in reverse order of the start. May be called twice. */
  stop(): Promise<void>;
}

/** The issuer of our tokens. */
const issuer = 'muster';

/**
 * Starts services in this process: configuration, data folder, database, one Nest application with two listeners, then the parts
 * that run. Rejects with ConfigurationError, a store error or a MusterError; nothing half-made stays.
 */
export async function hostServices(options: HostOptions): Promise<RunningHost> {
  const prepared = await prepareServices(options);
  try {
    await prepared.app.listen();
    if (options.services.some((service) => service.name !== 'console')) prepared.host.auth.start();
    await prepared.host.runtime.lifecycle.start();
    return prepared;
  } catch (error) {
    await prepared.stop();
    throw error;
  }
}

/** All that {@link hostServices} does before it listens: for those who only want to look at the application. */
export async function prepareServices(options: HostOptions): Promise<RunningHost> {
  const { services, environment, strictness } = options;
  const usesStore = services.some((service) => service.usesStore);
  const settings = loadConfiguration(mergedTable(services), environment, { strictness, usesStore });
  const opened: Closable[] = [];
  try {
    const located = { ...settings, MUSTER_DATA_DIR: resolve(settings.MUSTER_DATA_DIR) };
    const runtime = await createTracedRuntime(located, options.process);
    opened.push({ close: () => runtime.metrics.close() }, runtime.tracer);
    const host = await composeHost(options, runtime, opened);
    opened.push({ close: () => host.auth.stop() });
    const app = await createApplication(host, services);
    opened.push(app);
    return { host, app, stop: stopOnce(runtime, opened) };
  } catch (error) {
    await closeAll(opened.splice(0));
    throw error;
  }
}

function mergedTable(services: readonly ServiceDefinition[]): SettingsTable {
  return Object.assign({}, ...services.map((service) => service.settings)) as SettingsTable;
}

async function composeHost(options: HostOptions, runtime: Runtime, opened: Closable[]): Promise<Host> {
  const { settings } = runtime;
  const lock = options.ownsInstallation ? await takeInstallation(settings) : undefined;
  if (lock !== undefined) opened.push({ close: () => lock.release() });
  const installationId = (lock?.installationId ?? settings.MUSTER_INSTALLATION_ID ?? 'default') as InstallationId;
  const store = options.services.some((service) => service.usesStore)
    ? measuredStore(await openDatabase(settings, installationId, lock !== undefined), runtime)
    : undefined;
  if (store !== undefined) opened.push(store);
  showDisk(runtime.metrics, settings.MUSTER_DATA_DIR);
  const clients = await authClients(options.services, runtime);
  return {
    runtime,
    installationId,
    dataDir: settings.MUSTER_DATA_DIR,
    holdsLock: lock !== undefined && settings.MONGODB_URI === undefined,
    store,
    installationKey: await installationKeyOf(settings),
    auth: clients.values().next().value as AuthClient,
    callerOf: (role) => callerFor(role, clients, runtime, options.services),
  };
}

async function takeInstallation(settings: CommonSettings): Promise<InstallationLock> {
  const lock = await lockInstallation(settings.MUSTER_DATA_DIR);
  await ensureKeyFiles(settings.MUSTER_DATA_DIR);
  return lock;
}

function openDatabase(
  settings: CommonSettings,
  installationId: string,
  ownsInstallation: boolean,
): Promise<DocumentStore> {
  return openStore({
    dataDir: settings.MUSTER_DATA_DIR,
    operationTimeoutMs: settings.MUSTER_DATABASE_TIMEOUT_MS,
    ...(settings.MONGODB_URI === undefined ? {} : { mongodbUri: settings.MONGODB_URI }),
    ...(ownsInstallation || settings.MUSTER_INSTALLATION_ID === undefined ? {} : { installationId }),
  });
}

async function authClients(
  services: readonly ServiceDefinition[],
  runtime: Runtime,
): Promise<Map<ServiceRole, AuthClient>> {
  const { settings, instance, calls, clock, random, logger } = runtime;
  const hostsAuth = services.some((service) => service.name === 'auth');
  const clients = new Map<ServiceRole, AuthClient>();
  for (const { name } of services) {
    clients.set(
      name,
      new AuthClient({
        authUrls: ownOr(settings.MUSTER_AUTH_URL, hostsAuth, runtime),
        issuer,
        role: name,
        instanceId: instance,
        joinKey: await joinKeyOf(settings, name),
        calls,
        clock,
        random,
        onError: (error) =>
          logger.warn(
            { reason: String(error) },
            'the revocations cannot be read; of new tokens only young ones are accepted meanwhile',
          ),
      }),
    );
  }
  return clients;
}

/** Configured addresses, or our own (which is known once we listen) when the service is hosted here. */
function ownOr(configured: readonly string[], hostedHere: boolean, runtime: Runtime): readonly string[] {
  if (!hostedHere) return configured;
  const own = {
    get 0(): string {
      return runtime.addresses.internalUrl;
    },
    length: 1,
  };
  return own as unknown as readonly string[];
}

function callerFor(
  role: ServiceRole,
  clients: Map<ServiceRole, AuthClient>,
  runtime: Runtime,
  services: readonly ServiceDefinition[],
): ServiceCaller {
  const client = clients.get(role);
  if (client === undefined) throw new TypeError(`the service ${role} is not hosted here`);
  const { settings } = runtime;
  const hosted = new Set(services.map((service) => service.name));
  return new ServiceCaller({
    identity: client.identity,
    calls: runtime.calls,
    defaultDeadlineMs: settings.MUSTER_CALL_TIMEOUT_MS,
    addresses: () => ({
      auth: hosted.has('auth') ? [runtime.addresses.internalUrl] : settings.MUSTER_AUTH_URL,
      'global-session': hosted.has('global-session')
        ? [runtime.addresses.internalUrl]
        : settings.MUSTER_GLOBAL_SESSION_URL,
      'global-directory': hosted.has('global-directory')
        ? [runtime.addresses.internalUrl]
        : settings.MUSTER_GLOBAL_DIRECTORY_URL,
    }),
  });
}

function stopOnce(runtime: Runtime, opened: Closable[]): () => Promise<void> {
  let stopped: Promise<void> | undefined;
  return () => {
    stopped ??= (async () => {
      await runtime.lifecycle.stop((name, error) =>
        runtime.logger.error({ err: error, part: name }, 'a part did not stop cleanly'),
      );
      await closeAll(opened.splice(0));
    })();
    return stopped;
  };
}

async function closeAll(opened: Closable[]): Promise<void> {
  for (const each of opened.reverse()) await Promise.resolve(each.close()).catch(() => undefined);
}
