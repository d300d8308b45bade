import type { ServiceDefinition } from '@muster/hosting';
import { authSettings } from './auth.config.js';
import { AuthModule } from './auth.module.js';

export const authService: ServiceDefinition = {
  name: 'auth',
  settings: authSettings,
  module: AuthModule,
  usesStore: true,
};
