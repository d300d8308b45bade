import { runServices } from '@muster/hosting';
import { consoleService } from './console.definition.js';

await runServices({
  process: 'console',
  services: [consoleService],
  environment: process.env,
  ownsInstallation: false,
});
