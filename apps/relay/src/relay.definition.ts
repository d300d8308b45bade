import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Host, ServiceDefinition } from '@muster/hosting';
import type { SettingsOf } from '@muster/platform';
import { isOriginAllowed, Relay } from '@muster/relaying';
import { RelayAdapter } from './relay-adapter.js';
import { relaySettings } from './relay.config.js';
import { RelayModule } from './relay.module.js';

export const relayService: ServiceDefinition = {
  name: 'relay',
  settings: relaySettings,
  module: RelayModule,
  usesStore: false,
  configure: acceptSockets,
};

function acceptSockets(app: NestFastifyApplication, { runtime }: Host): void {
  const settings = runtime.settings as typeof runtime.settings & SettingsOf<typeof relaySettings>;
  const relay = app.get(Relay);
  const adapter = new RelayAdapter(app, {
    maxFrameBytes: settings.MUSTER_RELAY_MAX_FRAME_BYTES,
    isOriginAllowed: (origin) => isOriginAllowed(origin, settings.MUSTER_ALLOWED_ORIGINS, runtime.addresses.publicUrl),
    hasRoom: () => relay.hasRoom(),
  });
  app.useWebSocketAdapter(adapter);
}
