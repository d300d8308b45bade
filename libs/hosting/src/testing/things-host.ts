import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostServices, type HostOptions, type RunningHost } from '../host-services.js';
import { things } from './things-service.js';

/** What was answered; a body that is no JSON is in `body.text`. */
interface HttpAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** The service of things, hosted on a data folder of its own. */
export class ThingsHost {
  private constructor(
    readonly dataDir: string,
    private readonly running: RunningHost,
  ) {}

  static async start(): Promise<ThingsHost> {
    const dataDir = await mkdtemp(join(tmpdir(), 'muster-hosting-'));
    return new ThingsHost(dataDir, await hostServices(thingsOptions(dataDir)));
  }

  /** Base address of the public listener. */
  get outside(): string {
    return this.running.host.runtime.addresses.publicUrl;
  }

  /** Base address of the internal listener. */
  get inside(): string {
    return this.running.host.runtime.addresses.internalUrl;
  }

  async stop(): Promise<void> {
    await this.running.stop();
    await rm(this.dataDir, { recursive: true });
  }
}

export function thingsOptions(dataDir: string, environment: Record<string, string> = {}): HostOptions {
  const own = {
    MUSTER_DATA_DIR: dataDir,
    MUSTER_PORT: '0',
    MUSTER_LOG_LEVEL: 'fatal',
    MUSTER_BODY_LIMIT_BYTES: '2048',
    MUSTER_HEADER_LIMIT_BYTES: '8192',
  };
  return {
    process: 'things',
    services: [things],
    environment: { ...own, ...environment },
    ownsInstallation: true,
    strictness: 'strict',
  };
}

export async function ask(url: string, init: RequestInit = {}): Promise<HttpAnswer> {
  const response = await fetch(url, init);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? (JSON.parse(text) as Record<string, unknown>) : { text },
  };
}
