import { runServices } from '@muster/hosting';
import { globalDirectoryService } from './global-directory.definition.js';

await runServices({
  process: 'global-directory',
  services: [globalDirectoryService],
  environment: process.env,
  ownsInstallation: false,
});
