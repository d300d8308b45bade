import { readFile } from 'node:fs/promises';
import { ImageUnavailable } from '../../contract/errors.js';
import type { RegistryCredentials } from './docker-api.js';
import { registryOf } from './image-choice.js';

interface ClientConfiguration {
  readonly auths?: Readonly<
    Record<string, { auth?: string; username?: string; password?: string; identitytoken?: string }>
  >;
}

/**
 * What the Docker client configuration has for the registry of an image; undefined if nothing. It is read anew each time, so
 * that a renewed password counts at once. Credential helpers are programs of the operator's desktop and are not run.
 */
export async function credentialsFor(
  reference: string,
  configFile: string | undefined,
): Promise<RegistryCredentials | undefined> {
  if (configFile === undefined) return undefined;
  const serveraddress = registryOf(reference);
  const entry = (await readConfiguration(configFile)).auths?.[serveraddress];
  if (entry === undefined) return undefined;
  if (entry.identitytoken !== undefined) return { identitytoken: entry.identitytoken, serveraddress } as never;
  const decoded = Buffer.from(entry.auth ?? '', 'base64').toString();
  const [username = '', ...rest] = decoded.split(':');
  return { username: entry.username ?? username, password: entry.password ?? rest.join(':'), serveraddress };
}

async function readConfiguration(path: string): Promise<ClientConfiguration> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as ClientConfiguration;
  } catch (cause) {
    throw new ImageUnavailable(`the Docker client configuration ${path} cannot be read: ${String(cause)}`, { cause });
  }
}
