import type { ServiceDefinition } from '@muster/hosting';
import { globalDirectorySettings } from './global-directory.config.js';
import { GlobalDirectoryModule } from './global-directory.module.js';

export const globalDirectoryService: ServiceDefinition = {
  name: 'global-directory',
  settings: globalDirectorySettings,
  module: GlobalDirectoryModule,
  usesStore: true,
};
