import type { ServiceDefinition } from '@muster/hosting';
import { localDirectorySettings } from './local-directory.config.js';
import { LocalDirectoryModule } from './local-directory.module.js';

export const localDirectoryService: ServiceDefinition = {
  name: 'local-directory',
  settings: localDirectorySettings,
  module: LocalDirectoryModule,
  usesStore: false,
};
