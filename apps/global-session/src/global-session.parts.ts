import { createParamDecorator, type ExecutionContext, type Provider } from '@nestjs/common';
import { readCatalogueFolder } from '@muster/catalogue';
import { HOST, ServiceCaller, serviceCaller, type Host } from '@muster/hosting';
import { AuditLog, type UserPrincipal } from '@muster/identity';
import { ConfigurationError } from '@muster/platform';
import {
  AdmissionDirectory,
  GlobalSession,
  HttpHolders,
  LogLevelTree,
  SystemReport,
  UserActions,
  type Asker,
} from '@muster/sessions';
import type { DocumentStore } from '@muster/store';
import { admissionSettings, type GlobalSessionSettings } from './global-session.config.js';
import { admissionMeter, showAdmission } from './global-session.meter.js';

/** The sessions library's classes, given the process's ports. */
export const globalSessionParts: Provider[] = [
  serviceCaller('global-session'),
  { provide: GlobalSession, inject: [HOST, ServiceCaller], useFactory: makeGlobalSession },
  { provide: LogLevelTree, inject: [HOST, ServiceCaller, GlobalSession], useFactory: makeLogLevelTree },
  { provide: SystemReport, inject: [HOST, ServiceCaller, GlobalSession], useFactory: makeSystemReport },
  { provide: UserActions, inject: [HOST, GlobalSession, LogLevelTree], useFactory: makeUserActions },
];

async function makeGlobalSession(host: Host, calls: ServiceCaller): Promise<GlobalSession> {
  const { clock, random, tracer, metrics, logger, addresses } = host.runtime;
  const settings = host.runtime.settings as GlobalSessionSettings;
  const log = logger.child({ service: 'global-session' });
  const global = new GlobalSession({
    store: storeOf(host),
    files: await readCatalogueFolder(settings.MUSTER_CATALOGUE),
    directory: new AdmissionDirectory(calls),
    holders: new HttpHolders(calls),
    clock,
    random,
    tracer,
    meter: admissionMeter(metrics),
    report: (what, error) => log.warn({ err: error }, what),
    publicUrl: () => addresses.publicUrl,
    settings: admissionSettings(settings),
    ...(host.holdsLock ? { lockHolder: host.runtime.instance } : {}),
  });
  showAdmission(metrics, global);
  return global;
}

function makeLogLevelTree({ runtime }: Host, calls: ServiceCaller, { registry }: GlobalSession): LogLevelTree {
  const setOwn: ConstructorParameters<typeof LogLevelTree>[0]['setOwn'] = (level) => runtime.logLevel.set(level);
  return new LogLevelTree({ calls, registry, directory: new AdmissionDirectory(calls), setOwn });
}

function makeSystemReport(host: Host, calls: ServiceCaller, { registry, rooms, book }: GlobalSession): SystemReport {
  const { instance, version } = host.runtime;
  return new SystemReport({ store: storeOf(host), instance, version, registry, rooms, book, calls });
}

function makeUserActions(host: Host, global: GlobalSession, logLevels: LogLevelTree): UserActions {
  const { clock, random } = host.runtime;
  return new UserActions(global, logLevels, new AuditLog(storeOf(host), clock, random));
}

function storeOf({ store }: Host): DocumentStore {
  if (store === undefined)
    throw new ConfigurationError(['MUSTER_DATA_DIR or MONGODB_URI: global session needs the database']);
  return store;
}

/** The user who asks and the network address, for what is recorded. */
export const AskedBy = createParamDecorator((_: unknown, context: ExecutionContext): Asker => {
  const request = context.switchToHttp().getRequest<{ caller: UserPrincipal; ip: string }>();
  return { user: request.caller, source: request.ip };
});
