import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { MusterClient } from '@muster/client';

const run = promisify(execFile);

/** With `as-shipped` the database is the image that the compose file names; otherwise a stand-in without authentication. */
const isShipped = process.env['MUSTER_TEST_COMPOSE_DATABASE'] === 'as-shipped';
const files = ['compose/compose.yaml', ...(isShipped ? [] : ['test/compose/compose.test.yaml'])];
const commandDeadlineMs = 400_000;

export interface Container {
  id: string;
  service: string;
  health: string;
}

/** The compose file, up on the engine that DOCKER_HOST names, as a project of its own that is taken away again as a whole. */
export class ComposeSystem {
  readonly project = `muster-test-${randomBytes(4).toString('hex')}`;
  readonly password = randomBytes(12).toString('base64url');
  readonly publicUrl: string;
  private readonly environment: NodeJS.ProcessEnv;

  private constructor(port: number) {
    this.publicUrl = `http://127.0.0.1:${port}`;
    const block = `10.${100 + ((randomBytes(1)[0] ?? 0) % 100)}.${randomBytes(1)[0] ?? 0}`;
    this.environment = {
      ...process.env,
      COMPOSE_PROJECT_NAME: this.project,
      ...(isShipped ? {} : { MONGODB_URI: 'mongodb://mongo:27017/muster' }),
      MUSTER_ADMIN_PASSWORD: this.password,
      MUSTER_NODE_RESERVED_MEMORY_BYTES: '0',
      MUSTER_SUBNET_FRONT: `${block}.0/26`,
      MUSTER_SUBNET_BACK: `${block}.64/26`,
      MUSTER_SUBNET_WORKERS: `${block}.128/25`,
      MUSTER_PUBLISH: `127.0.0.1:${port}`,
      MUSTER_PUBLIC_URL: this.publicUrl,
    };
  }

  /** Not started yet. On a port that is free now, and the same after a restart of the front door. */
  static async prepare(): Promise<ComposeSystem> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return new ComposeSystem(port);
  }

  /** As an operator starts it. Rejects with what the containers said when one does not become healthy. */
  async up(...options: string[]): Promise<void> {
    try {
      await this.compose('up', '--detach', '--wait', ...options);
    } catch (cause) {
      throw new TypeError(await this.compose('logs', '--tail', '10'), { cause });
    }
  }

  /** As an operator takes it away, data included. */
  async down(): Promise<void> {
    await this.compose('down', '--volumes', '--timeout', '30');
  }

  /** What an operator types after `docker compose`. Answers what it prints. */
  async compose(...args: string[]): Promise<string> {
    return this.docker('compose', ...files.flatMap((file) => ['--file', file]), ...args);
  }

  async docker(...args: string[]): Promise<string> {
    const { stdout } = await run('docker', args, {
      env: this.environment,
      timeout: commandDeadlineMs,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout.trim();
  }

  async client(): Promise<MusterClient> {
    const client = new MusterClient({ baseUrl: this.publicUrl });
    await client.login('admin', this.password);
    return client;
  }

  async containersOf(service: string): Promise<Container[]> {
    const text = await this.compose('ps', '--all', '--format', 'json', service);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { ID: string; Service: string; Health: string })
      .map(({ ID: id, Service, Health: health }) => ({ id, service: Service, health }));
  }

  /** Workers that run, by the labels that they were given. */
  async workers(): Promise<string[]> {
    const filters = ['--filter', `label=dev.muster.installation=${this.project}`];
    const text = await this.docker('ps', '--quiet', ...filters);
    return text === '' ? [] : text.split('\n');
  }

  /** Everything on the engine that has our name: containers, networks, volumes. */
  async leftovers(): Promise<string[]> {
    const own = ['--filter', `label=com.docker.compose.project=${this.project}`];
    const lists = await Promise.all([
      this.docker('ps', '--all', '--quiet', ...own),
      this.docker('ps', '--all', '--quiet', '--filter', `label=dev.muster.installation=${this.project}`),
      this.docker('network', 'ls', '--quiet', ...own),
      this.docker('volume', 'ls', '--quiet', ...own),
    ]);
    return lists.flatMap((text) => text.split('\n')).filter((line) => line !== '');
  }
}
