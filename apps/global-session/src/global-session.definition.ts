import type { ServiceDefinition } from '@muster/hosting';
import { globalSessionSettings } from './global-session.config.js';
import { GlobalSessionModule } from './global-session.module.js';

export const globalSessionService: ServiceDefinition = {
  name: 'global-session',
  settings: globalSessionSettings,
  module: GlobalSessionModule,
  usesStore: true,
};
