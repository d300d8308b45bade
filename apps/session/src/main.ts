import { runServices } from '@muster/hosting';
import { sessionService } from './session.definition.js';

await runServices({
  process: 'session',
  services: [sessionService],
  environment: process.env,
  ownsInstallation: false,
});
