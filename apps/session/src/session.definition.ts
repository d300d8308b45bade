import type { ServiceDefinition } from '@muster/hosting';
import { sessionSettings } from './session.config.js';
import { SessionModule } from './session.module.js';

export const sessionService: ServiceDefinition = {
  name: 'session',
  settings: sessionSettings,
  module: SessionModule,
  usesStore: true,
};
