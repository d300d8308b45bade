import { runServices } from '@muster/hosting';
import { allServices } from './all-services.js';
import { greet } from './greeting.js';

await runServices(
  {
    process: 'standalone',
    services: allServices,
    environment: process.env,
    ownsInstallation: true,
    strictness: 'strict',
  },
  greet,
);
