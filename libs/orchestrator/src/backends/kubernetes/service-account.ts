import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BackendUnavailable, InvalidSpec } from '../../contract/errors.js';
import type { ApiAccess } from './api-call.js';
import { serviceAccountPlace } from './service-account.config.js';

/** Who we are as a pod of the cluster. Throws `InvalidSpec` where we are none. */
export function serviceAccount({ folder, server } = serviceAccountPlace()): ApiAccess {
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const tokenNow = (): string => `Bearer ${read('token').trim()}`;
  let token = known(tokenNow);
  if (server === undefined || token === undefined)
    throw new InvalidSpec(
      'this is no pod of a cluster with a service account: name a kubeconfig (MUSTER_KUBERNETES_CONFIG_FILE)',
    );
  return {
    server,
    tls: async () => ({ ca: readable(() => read('ca.crt')) }),
    authorization: async (renew) => {
      // Tokens are replaced on the disk long before they end; who is refused reads again.
      if (renew) token = readable(tokenNow);
      return token;
    },
  };
}

function known(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function readable(read: () => string): string {
  try {
    return read();
  } catch (cause) {
    throw new BackendUnavailable(`the service account cannot be read: ${String(cause)}`, { cause });
  }
}
