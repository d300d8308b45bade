import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError, type CommonSettings } from '@muster/platform';

/** The join key of a service: its setting, or the file that a local launcher made. */
export async function joinKeyOf(settings: CommonSettings, role: string): Promise<string> {
  const key = settings.MUSTER_JOIN_KEY ?? (await readKey(settings, role));
  if (key === undefined) {
    throw new ConfigurationError([
      `MUSTER_JOIN_KEY: ${role} has no join key: set MUSTER_JOIN_KEY_FILE, or start it by a launcher that makes keys/${role}.key in the data folder`,
    ]);
  }
  return key;
}

/** The installation's key, or undefined where this process was not given it. */
export async function installationKeyOf(settings: CommonSettings): Promise<string | undefined> {
  return settings.MUSTER_INSTALLATION_KEY ?? (await readKey(settings, 'installation'));
}

async function readKey(settings: CommonSettings, name: string): Promise<string | undefined> {
  try {
    return (await readFile(join(settings.MUSTER_DATA_DIR, 'keys', `${name}.key`), 'utf8')).split('\n')[0]?.trim();
  } catch {
    return undefined;
  }
}
