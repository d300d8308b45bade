import { runServices } from '@muster/hosting';
import { localDirectoryService } from './local-directory.definition.js';

await runServices({
  process: 'local-directory',
  services: [localDirectoryService],
  environment: process.env,
  ownsInstallation: false,
});
