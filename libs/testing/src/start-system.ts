import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { MusterClient } from '@muster/client';

/** `standalone`: all in one process. `services`: one process each, behind the front door. */
export type SystemMode = 'standalone' | 'services';

export interface SystemOptions {
  mode?: SystemMode;
  /** Further settings. */
  settings?: Record<string, string>;
  /** An earlier system's folder: starts that system again. */
  dataDir?: string;
  password?: string;
}

/** The mode this test run is for; `npm run test:e2e` runs all tests in both. */
export const systemMode: SystemMode = process.env['MUSTER_TEST_MODE'] === 'services' ? 'services' : 'standalone';

const programs = resolve(import.meta.dirname, '../../../dist');
const startDeadlineMs = 30_000;

/** A real system on free ports with a folder of its own: the built programs, as a user starts them. */
export class TestSystem {
  private constructor(
    readonly mode: SystemMode,
    readonly dataDir: string,
    readonly password: string,
    readonly publicUrl: string,
    /** Process ids by service name; `standalone` alone in that mode. */
    readonly pids: Readonly<Record<string, number>>,
    private readonly child: ChildProcess,
    private readonly output: { text: string },
    private readonly ended: Promise<number | string>,
  ) {}

  static async start(options: SystemOptions = {}): Promise<TestSystem> {
    const mode = options.mode ?? systemMode;
    const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'muster-e2e-')));
    const password = options.password ?? randomBytes(12).toString('base64url');
    const program = join(programs, mode === 'standalone' ? 'standalone.js' : 'launcher.js');
    const child = fork(program, [], { env: environmentOf({ dataDir, password, settings: options.settings ?? {} }), execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    const output = { text: '' };
    const keep = (chunk: Buffer): void => void (output.text = (output.text + chunk.toString()).slice(-2_000_000));
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const ended = new Promise<number | string>((done) => child.once('exit', (code, signal) => done(signal ?? code ?? 'unknown')));
    const ready = await readiness(child, ended, output);
    const pids = ready.services ?? { standalone: child.pid ?? 0 };
    return new TestSystem(mode, dataDir, password, ready.publicUrl, pids, child, output, ended);
  }

  /** Everything that was logged. */
  get log(): string {
    return this.output.text;
  }

  /** A client that is logged in as the first admin, or as somebody else. */
  async client(username = 'admin', password = this.password): Promise<MusterClient> {
    const client = new MusterClient({ baseUrl: this.publicUrl });
    await client.login(username, password);
    return client;
  }

  /** An answer as it comes over the wire. */
  async fetch(path: string, request: RequestInit = {}): Promise<{ status: number; headers: Headers; body: unknown }> {
    const answer = await fetch(this.publicUrl + path, request);
    const text = await answer.text();
    const isJson = (answer.headers.get('content-type') ?? '').includes('json');
    return { status: answer.status, headers: answer.headers, body: isJson && text !== '' ? JSON.parse(text) : text };
  }

  /** SIGTERM, as Ctrl-C does it. Answers the exit status and how long it took. */
  async stop(): Promise<{ exit: number | string; tookMs: number }> {
    const startedAtMs = performance.now();
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGTERM');
    const exit = await this.ended;
    return { exit, tookMs: performance.now() - startedAtMs };
  }

  /** SIGKILL of the whole process (or of one service by name). */
  async kill(service?: string): Promise<void> {
    if (service !== undefined) {
      const pid = this.pids[service];
      if (pid === undefined) throw new RangeError(`no service ${service} runs here`);
      process.kill(pid, 'SIGKILL');
      return;
    }
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** Processes of this system that still live: those whose environment or command line names its data folder. */
  processes(): number[] {
    return processesNaming(this.dataDir).filter((pid) => pid !== process.pid);
  }

  /** Stops it if it runs, ends whatever it left, and removes its folder. */
  async dispose(): Promise<void> {
    await this.stop();
    for (const pid of this.processes()) process.kill(pid, 'SIGKILL');
    await rm(this.dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

function environmentOf({ dataDir, password, settings }: { dataDir: string; password: string; settings: Record<string, string> }): Record<string, string> {
  const mongodbUri = process.env['MONGODB_URI'];
  const database = dataDir.split('/').at(-1)?.replaceAll(/[^a-zA-Z0-9]/g, '') ?? 'muster';
  return {
    PATH: process.env['PATH'] ?? '',
    MUSTER_PORT: '0',
    MUSTER_DATA_DIR: dataDir,
    MUSTER_CATALOGUE: resolve(programs, '../catalogue'),
    MUSTER_ADMIN_PASSWORD: password,
    // Each system has a database of its own on the server that the test run was given.
    ...(mongodbUri === undefined ? {} : { MONGODB_URI: mongodbUri.replace(/\/[^/?]*(\?|$)/, `/${database}$1`) }),
    ...settings,
  };
}

interface Ready {
  publicUrl: string;
  services?: Record<string, number>;
}

/** A system that did not start: its output says why. */
export class SystemNotStarted extends Error {
  override readonly name = 'SystemNotStarted';
  constructor(
    readonly exit: number | string,
    readonly output: string,
  ) {
    super(`the system did not start (${exit}):\n${output.slice(-4000)}`);
  }
}

function readiness(child: ChildProcess, ended: Promise<number | string>, output: { text: string }): Promise<Ready> {
  return new Promise((done, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new SystemNotStarted('no readiness in time', output.text));
    }, startDeadlineMs);
    child.once('message', (message: Ready) => {
      clearTimeout(timer);
      done(message);
    });
    void ended.then((exit) => {
      clearTimeout(timer);
      reject(new SystemNotStarted(exit, output.text));
    });
  });
}

function processesNaming(text: string): number[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => ['environ', 'cmdline'].some((file) => readProc(pid, file).includes(text)) && !/\) Z /.test(readProc(pid, 'stat')))
    .map(Number);
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** A file of the repository, for requests and expectations. */
export async function repositoryFile(path: string): Promise<string> {
  return readFile(resolve(programs, '..', path), 'utf8');
}
