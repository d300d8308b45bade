import type { ServiceDefinition } from '@muster/hosting';
import { ConsoleModule } from './console.module.js';

export const consoleService: ServiceDefinition = {
  name: 'console',
  settings: {},
  module: ConsoleModule,
  usesStore: false,
};
