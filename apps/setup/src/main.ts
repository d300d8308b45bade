import { ConfigurationError, loadSettings } from '@muster/platform';
import { makeSecrets } from './make-secrets.js';
import { setupSettings } from './setup.config.js';

/** Runs once before the services start, and again at every start: nothing that is there changes. */
try {
  const settings = loadSettings(setupSettings, { environment: process.env, strictness: 'lenient' });
  const written = await makeSecrets({
    folder: settings.MUSTER_SETUP_FOLDER,
    owners: settings.MUSTER_SETUP_OWNERS,
    mongodbHost: settings.MUSTER_SETUP_MONGODB_HOST,
    mongodbUri: settings.MONGODB_URI,
    adminPassword: settings.MUSTER_ADMIN_PASSWORD,
  });
  const said = written.length === 0 ? ['nothing was missing'] : written.map((name) => `wrote ${name}`);
  process.stdout.write(`${said.join('\n')}\n`);
} catch (error) {
  const reason = error instanceof ConfigurationError ? error.message : String(error);
  process.stderr.write(`The secrets cannot be made: ${reason}\n`);
  process.exit(1);
}
