import { HOST, ServiceCaller, serviceCaller, type Host } from '@muster/hosting';
import { ConfigurationError } from '@muster/platform';
import { sessionCollection, SessionService, type SessionDocument } from '@muster/sessions';
import type { Provider } from '@nestjs/common';
import { holdingSettings, type SessionSettings } from './session.config.js';
import { holdingMeter, showHolding } from './session.meter.js';

/** The sessions library's service, given the process's ports. */
export const sessionParts: Provider[] = [
  serviceCaller('session'),
  { provide: SessionService, inject: [HOST, ServiceCaller], useFactory: makeService },
];

function makeService({ runtime, store, installationKey, holdsLock }: Host, services: ServiceCaller): SessionService {
  if (store === undefined || installationKey === undefined) {
    throw new ConfigurationError([
      'MUSTER_INSTALLATION_KEY: the session service needs it to seal what it keeps of workers; set MUSTER_INSTALLATION_KEY_FILE',
    ]);
  }
  const { instance, version, addresses, calls, clock, random, tracer, metrics, logger } = runtime;
  const sessions = new SessionService({
    instance,
    version,
    internalUrl: () => addresses.internalUrl,
    sessions: store.collection<SessionDocument>(sessionCollection),
    installationKey,
    services,
    outgoing: calls,
    clock,
    random,
    tracer,
    meter: holdingMeter(metrics),
    log: logger.child({ service: 'session' }),
    holdsLock,
    settings: holdingSettings(runtime.settings as SessionSettings),
  });
  showHolding(metrics, sessions);
  return sessions;
}
