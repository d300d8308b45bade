import { Module } from '@nestjs/common';
import { HOST, type Host, serviceCaller, ServiceCaller } from '@muster/hosting';
import { RUNTIME, SETTINGS, type Runtime, type SettingsOf, YoungGarbage } from '@muster/platform';
import { dialWorker, Relay, RelayLease, relayMetrics, type RelayParts } from '@muster/relaying';
import { ConnectController } from './connect.controller.js';
import { HttpSessionServices } from './http-session-services.js';
import { relayMeter } from './relay-meter.js';
import { RelayRunner } from './relay-runner.js';
import { type relaySettings, relaySettingsOf } from './relay.config.js';
import { RelayGateway } from './relay.gateway.js';

const PARTS = Symbol('RelayParts');

/** Less often, and V8 is faster with a mark of everything; more often, and there is little to collect. */
const collectEveryBytes = 8 * 1024 * 1024;

function partsOf(host: Host, settings: SettingsOf<typeof relaySettings>, caller: ServiceCaller): RelayParts {
  const { instance, calls, clock, random, logger, metrics } = host.runtime;
  const services = new HttpSessionServices(caller);
  return {
    instance,
    calls,
    dial: dialWorker,
    garbage: new YoungGarbage(collectEveryBytes),
    clock,
    random,
    log: logger,
    services,
    hasTaken: (standing) => host.auth.revocations.hasTaken(standing),
    meter: relayMeter(metrics),
    settings: relaySettingsOf(settings),
  };
}

function relayOf(parts: RelayParts, runtime: Runtime): Relay {
  const relay = new Relay(parts);
  runtime.metrics.gauge(relayMetrics.sockets, () => relay.sockets);
  runtime.metrics.gauge(relayMetrics.sessions, () => relay.sessions);
  return relay;
}

@Module({
  controllers: [ConnectController],
  providers: [
    serviceCaller('relay'),
    { provide: PARTS, inject: [HOST, SETTINGS, ServiceCaller], useFactory: partsOf },
    { provide: Relay, inject: [PARTS, RUNTIME], useFactory: relayOf },
    {
      provide: RelayLease,
      inject: [PARTS, RUNTIME],
      useFactory: (parts: RelayParts, { addresses, version }: Runtime) =>
        new RelayLease(parts, { address: () => addresses.internalUrl, version }),
    },
    RelayGateway,
    RelayRunner,
  ],
})
export class RelayModule {}
