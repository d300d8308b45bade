import { join, resolve } from 'node:path';
import type { ServiceRole } from '@muster/contracts';
import { AuthClient, ensureKeyFiles } from '@muster/identity';
import { addressesForContainers } from '@muster/directory';
import { greeting, ServiceCaller, stopMarginMs } from '@muster/hosting';
import {
  commandLineSettings,
  ConfigurationError,
  createRuntime,
  unknownSettings,
  loadConfiguration,
  type CommonSettings,
  type Runtime,
} from '@muster/platform';
import { lockInstallation, type InstallationLock } from '@muster/store';
import { readFile } from 'node:fs/promises';
import { freePorts, requireFreePort } from './free-ports.js';
import { launcherSettings } from './launcher.config.js';
import { planFrontDoor, planServices, type PlannedService, type PlanOptions, urlOf } from './service-plan.js';
import { ServiceProcess, type ReadyMessage } from './service-process.js';

type Settings = CommonSettings & { MUSTER_SESSION_SERVICES: number; MUSTER_RELAYS: number };
type Environment = Readonly<Record<string, string | undefined>>;

const launcherRole: ServiceRole = 'launcher';
/** Of a start that failed, a service has so long to stop. */
const undoMs = 2000;
/** Beyond the time in which a service ends by itself, by force if need be. */
const lateMs = 2000;
/** Beyond the workers' grace: for the sessions' last writes. */
const sessionsEndMs = 1500;
/** Not for the services that are started: each gets its own. */
const launchersOwn = /^MUSTER_(HOST|PORT|PUBLIC_URL|INTERNAL_HOST|INTERNAL_PORT|INTERNAL_URL|SESSION_SERVICES|RELAYS)$/;

/** Starts every service as a process of its own on this computer, behind the front door, until SIGINT or SIGTERM. */
export async function launch(environment: Environment, programs: string): Promise<void> {
  const settings = loadConfiguration(launcherSettings, environment);
  const dataDir = resolve(settings.MUSTER_DATA_DIR);
  const forContainers = await addressesForContainers(environment);
  const lock = await lockInstallation(dataDir);
  await ensureKeyFiles(dataDir);
  const runtime = createRuntime({ ...settings, MUSTER_DATA_DIR: dataDir }, 'launcher');
  const plan = await planOptions({ ...environment, ...forContainers }, settings, {
    dataDir,
    installationId: lock.installationId,
  });
  const running: ServiceProcess[] = [];
  const stop = stopOnce({ running, plan, runtime, lock });
  // For good: npm passes on a Ctrl-C that we had from the terminal already.
  process.on('SIGTERM', stop).on('SIGINT', stop).once('disconnect', stop);
  try {
    await requireFreePort(settings.MUSTER_PORT, settings.MUSTER_HOST);
    const [auth, ...others] = planServices(plan);
    const begin = (each: PlannedService): Promise<ReadyMessage> => start(each, { programs, runtime, running });
    const ready = auth === undefined ? [] : [await begin(auth)];
    // Each tries again until those that it needs answer.
    ready.push(...(await Promise.all(others.map(begin))), await begin(planFrontDoor(plan)));
    requireKnown(environment, settings, ready);
  } catch (error) {
    await Promise.all(running.map((each) => each.stop(undoMs)));
    throw error;
  }
  process.stderr.write(greeting(plan.publicUrl, dataDir));
  process.send?.({
    ready: true,
    publicUrl: plan.publicUrl,
    services: Object.fromEntries(running.map((each) => [each.name, each.pid])),
  });
}

/** A service alone cannot tell a slip from another's setting; all together can. Throws ConfigurationError. */
function requireKnown(environment: Environment, own: Settings, ready: readonly ReadyMessage[]): void {
  const names = new Set([
    ...Object.keys({ ...own, ...commandLineSettings }),
    ...ready.flatMap(({ settings = [] }) => settings),
  ]);
  const problems = unknownSettings([...names], environment);
  if (problems.length > 0) throw new ConfigurationError(problems);
}

async function planOptions(
  environment: Environment,
  settings: Settings,
  own: { dataDir: string; installationId: string },
): Promise<PlanOptions> {
  const names = [
    'auth',
    'global-session',
    'global-directory',
    'console',
    ...Array.from({ length: settings.MUSTER_RELAYS }, (_, index) => `relay-${index + 1}`),
  ];
  const [front = 0, auth = 0, globalSession = 0, globalDirectory = 0, ...publicPorts] = await freePorts(
    names.length + 4,
  );
  const port = settings.MUSTER_PORT === 0 ? front : settings.MUSTER_PORT;
  const handedOn = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !launchersOwn.test(entry[0]),
  );
  return {
    ports: {
      auth,
      globalSession,
      globalDirectory,
      public: {
        'front-door': port,
        ...Object.fromEntries(names.map((name, index) => [name, publicPorts[index] ?? 0])),
      },
    },
    sessionServices: settings.MUSTER_SESSION_SERVICES,
    relays: settings.MUSTER_RELAYS,
    publicUrl:
      settings.MUSTER_PUBLIC_URL ??
      `${settings.MUSTER_TLS_CERT_FILE === undefined ? 'http' : 'https'}://${settings.MUSTER_HOST}:${port}`,
    internalHost: settings.MUSTER_INTERNAL_HOST,
    frontDoorHost: settings.MUSTER_HOST,
    shared: {
      // Nothing of this installation outlives an orderly stop.
      MUSTER_WORKERS_ON_STOP: 'end',
      ...Object.fromEntries(handedOn),
      MUSTER_DATA_DIR: own.dataDir,
      MUSTER_INSTALLATION_ID: own.installationId,
    },
  };
}

async function start(
  service: PlannedService,
  context: { programs: string; runtime: Runtime; running: ServiceProcess[] },
): Promise<ReadyMessage> {
  const { runtime } = context;
  const child = new ServiceProcess({
    name: service.name,
    file: join(context.programs, `${service.program}.js`),
    environment: service.environment,
    clock: runtime.clock,
    onCrash: (exit) =>
      runtime.logger.error({ name: service.name, ...exit }, 'a service ended by itself; it is started again'),
    onReady: ({ instance }) =>
      runtime.logger.info({ name: service.name, pid: child.pid, runs: instance }, 'a service runs'),
  });
  context.running.push(child);
  return child.start();
}

function stopOnce(context: {
  running: ServiceProcess[];
  plan: PlanOptions;
  runtime: Runtime;
  lock: InstallationLock;
}): () => void {
  let stopping = false;
  return () => {
    if (stopping) return;
    stopping = true;
    stopEverything(context).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
}

/** Nobody stops before those who still need it. */
const stopOrder = [
  /^(front-door|console|relay-\d+)$/,
  /^session-\d+$/,
  /^(global-session|local-directory)$/,
  /^global-directory$/,
  /^auth$/,
];

/** First the sessions, while everything that they need still runs; then the services, last started first. */
async function stopEverything(context: {
  running: ServiceProcess[];
  plan: PlanOptions;
  runtime: Runtime;
  lock: InstallationLock;
}): Promise<void> {
  const { running, runtime } = context;
  const graceMs = runtime.settings.MUSTER_STOP_GRACE_MS + stopMarginMs + lateMs;
  await closeSessions(context).catch((error: unknown) =>
    runtime.logger.warn({ reason: String(error) }, 'the sessions could not be closed in order'),
  );
  for (const names of stopOrder) {
    const together = running.filter((each) => names.test(each.name));
    await Promise.all(together.map((each) => each.stop(graceMs)));
  }
  context.lock.release();
}

async function closeSessions({ plan, runtime }: { plan: PlanOptions; runtime: Runtime }): Promise<void> {
  const { clock, random, calls, settings } = runtime;
  const joinKey = (await readFile(join(settings.MUSTER_DATA_DIR, 'keys', `${launcherRole}.key`), 'utf8')).trim();
  const authUrls = [urlOf(plan.internalHost, plan.ports.auth)];
  const auth = new AuthClient({
    authUrls,
    issuer: 'muster',
    role: launcherRole,
    instanceId: runtime.instance,
    joinKey,
    calls,
    clock,
    random,
  });
  const caller = new ServiceCaller({
    identity: auth.identity,
    calls,
    defaultDeadlineMs: settings.MUSTER_STOP_GRACE_MS + sessionsEndMs,
    addresses: () => ({
      auth: authUrls,
      'global-session': [urlOf(plan.internalHost, plan.ports.globalSession)],
      'global-directory': [],
    }),
  });
  await caller.toService('global-session', {
    method: 'POST',
    path: '/internal/v1/global-session/system/stop',
    body: { reason: 'system-stopped' },
  });
}
