import { runServices } from '@muster/hosting';
import { authService } from './auth.definition.js';

await runServices({ process: 'auth', services: [authService], environment: process.env, ownsInstallation: false });
