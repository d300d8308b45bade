import { readFile } from 'node:fs/promises';
import { ConfigurationError, loadSettings } from '@muster/platform';
import { ClusterSecrets, type ClusterAccess } from './cluster-secrets.js';
import { makeClusterSecrets } from './make-cluster-secrets.js';
import { makeSecrets } from './make-secrets.js';
import { setupSettings } from './setup.config.js';

/** Where the kubelet puts what a pod's service account has. */
const accountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Runs once before the services start, and again at every start: nothing that is there changes. */
try {
  const settings = loadSettings(setupSettings, { environment: process.env, strictness: 'lenient' });
  const wanted = {
    mongodbHost: settings.MUSTER_SETUP_MONGODB_HOST,
    mongodbUri: settings.MONGODB_URI,
    adminPassword: settings.MUSTER_ADMIN_PASSWORD,
  };
  const written: string[] = [];
  if (settings.MUSTER_SETUP_NAMESPACE === undefined) {
    const { MUSTER_SETUP_FOLDER: folder, MUSTER_SETUP_OWNERS: owners } = settings;
    written.push(...(await makeSecrets({ ...wanted, folder, owners })));
  } else {
    const access = await clusterAccess(settings.MUSTER_SETUP_NAMESPACE);
    const secrets = new ClusterSecrets(access, (name) => written.push(name));
    await makeClusterSecrets({ ...wanted, secrets });
  }
  const said = written.length === 0 ? ['nothing was missing'] : written.map((name) => `wrote ${name}`);
  process.stdout.write(`${said.join('\n')}\n`);
} catch (error) {
  const reason = error instanceof ConfigurationError ? error.message : String(error);
  process.stderr.write(`The secrets cannot be made: ${reason}\n`);
  process.exit(1);
}

async function clusterAccess(namespace: string): Promise<ClusterAccess> {
  const host = process.env['KUBERNETES_SERVICE_HOST'] ?? 'kubernetes.default.svc';
  const port = process.env['KUBERNETES_SERVICE_PORT_HTTPS'] ?? '443';
  const file = async (name: string): Promise<string> => (await readFile(`${accountFolder}/${name}`, 'utf8')).trim();
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    namespace,
    token: await file('token'),
    authority: await file('ca.crt'),
  };
}
