import { runServices } from '@muster/hosting';
import { globalSessionService } from './global-session.definition.js';

await runServices({
  process: 'global-session',
  services: [globalSessionService],
  environment: process.env,
  ownsInstallation: false,
});
