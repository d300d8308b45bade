import { runServices } from '@muster/hosting';
import { relayService } from './relay.definition.js';

await runServices({ process: 'relay', services: [relayService], environment: process.env, ownsInstallation: false });
