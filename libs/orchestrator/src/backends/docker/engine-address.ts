import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidSpec } from '../../contract/errors.js';

/** Where an engine listens, as in `DOCKER_HOST`: `unix:///var/run/docker.sock`, `tcp://host:2376`, `npipe:////./pipe/x`. */
export interface EngineAddress {
  readonly url: string;
  /** PEM files for mutual TLS; with them, `tcp` is TLS. */
  readonly tls?: { readonly caFile: string; readonly certFile: string; readonly keyFile: string };
}

export interface EngineConnection {
  readonly socketPath?: string;
  readonly protocol: 'http' | 'https';
  readonly host?: string;
  readonly port?: number;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** The address of an engine whose TLS files, if any, are named as the Docker client names them. */
export function engineAddress(url: string, tlsFolder: string | undefined): EngineAddress {
  if (tlsFolder === undefined) return { url };
  const file = (name: string): string => join(tlsFolder, name);
  return { url, tls: { caFile: file('ca.pem'), certFile: file('cert.pem'), keyFile: file('key.pem') } };
}

/** The connection that an address means. Throws `InvalidSpec` for what is none, or names a file that cannot be read. */
export function connectionOf({ url, tls }: EngineAddress): EngineConnection {
  const [, scheme = '', rest = ''] = /^(\w+):\/\/(.+)$/.exec(url) ?? [];
  if (scheme === 'unix' || scheme === 'npipe') return { protocol: 'http', socketPath: rest };
  const parsed = URL.parse(`http://${rest}`);
  if (!['tcp', 'http', 'https'].includes(scheme) || parsed === null || parsed.hostname === '')
    throw new InvalidSpec(`${url} is no address of a Docker Engine: unix://PATH, npipe://PATH or tcp://HOST:PORT`);
  const isSecure = tls !== undefined || scheme === 'https';
  const port = Number(parsed.port) || (isSecure ? 2376 : 2375);
  const host = parsed.hostname.replaceAll(/[[\]]/g, '');
  return { protocol: isSecure ? 'https' : 'http', host, port, ...(tls && pemOf(tls)) };
}

/** Whether the engine surely runs on this computer, so that what is found here is its hardware. */
export function isLocal({ url }: EngineAddress): boolean {
  return /^(unix|npipe):/.test(url);
}

function pemOf({ caFile, certFile, keyFile }: NonNullable<EngineAddress['tls']>): Partial<EngineConnection> {
  try {
    return {
      ca: readFileSync(caFile, 'utf8'),
      cert: readFileSync(certFile, 'utf8'),
      key: readFileSync(keyFile, 'utf8'),
    };
  } catch (cause) {
    throw new InvalidSpec(`a TLS file of the engine cannot be read: ${String(cause)}`, { cause });
  }
}
