import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { CommonSettings } from '../configuration/common-settings.js';
import { ConfigurationError } from '../configuration/settings.js';

/** What the public listener shows to clients; undefined without TLS. Throws ConfigurationError with the setting to look at. */
export function tlsFilesOf(settings: CommonSettings): { cert: Buffer; key: Buffer } | undefined {
  const { MUSTER_TLS_CERT_FILE: certFile, MUSTER_TLS_KEY_FILE: keyFile } = settings;
  if (certFile === undefined || keyFile === undefined) return undefined;
  const files = { cert: read('MUSTER_TLS_CERT_FILE', certFile), key: read('MUSTER_TLS_KEY_FILE', keyFile) };
  try {
    createSecureContext(files);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError([
      `MUSTER_TLS_CERT_FILE, MUSTER_TLS_KEY_FILE: ${certFile} and ${keyFile} must be a PEM certificate and its key (${reason})`,
    ]);
  }
  return files;
}

function read(name: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigurationError([`${name}: cannot read ${path} (${(error as NodeJS.ErrnoException).code})`]);
  }
}
