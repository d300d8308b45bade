import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { GivenSystem } from './given-system.js';
import { LogWatch, type LogLine } from './log-watch.js';
import { SystemAccess } from './system-access.js';
import { processesNaming } from './worker-processes.js';

const modes = ['standalone', 'services', 'cluster'] as const;
/** `standalone`: all in one process. `services`: one process each, behind the front door. `cluster`: in pods, there already. */
export type SystemMode = (typeof modes)[number];

export interface SystemOptions {
  mode?: SystemMode;
  /** Further settings; undefined = not even what tests set by default. */
  settings?: Record<string, string | undefined>;
  /** An earlier system's folder: starts that system again. */
  dataDir?: string;
  password?: string;
}

/** The mode this test run is for; `npm run test:e2e` runs all tests in the first two. */
export const systemMode: SystemMode = modes.find((mode) => mode === process.env['MUSTER_TEST_MODE']) ?? 'standalone';

/** Computers that this test run's systems have, unless a test declares some. */
export const systemNodes = systemMode === 'cluster' ? 2 : 1;

const backends = ['process', 'docker', 'kubernetes'] as const;

/**
 * What runs the workers of this test run's systems: processes, containers of the engine that DOCKER_HOST names, or pods of the
 * cluster that KUBECONFIG names, on the node MUSTER_TEST_NODE in the namespace MUSTER_TEST_NAMESPACE.
 */
export const systemBackend = backends.find((name) => name === process.env['MUSTER_TEST_BACKEND']) ?? 'process';

const backendSettings = {
  process: {},
  docker: { MUSTER_DOCKER_HOST: process.env['DOCKER_HOST'] },
  kubernetes: {
    MUSTER_KUBERNETES_CONFIG_FILE: process.env['KUBECONFIG'],
    MUSTER_KUBERNETES_NAMESPACE: process.env['MUSTER_TEST_NAMESPACE'],
    MUSTER_NODE_NAME: process.env['MUSTER_TEST_NODE'],
  },
};

const programs = resolve(import.meta.dirname, '../../../dist');
const startDeadlineMs = 60_000;

/** A real system on free ports with a folder of its own: the built programs, as a user starts them. */
export class TestSystem extends SystemAccess {
  readonly mode: SystemMode;
  readonly dataDir: string;
  /** Process ids at the start, by service name. */
  private readonly firstPids: Readonly<Record<string, number>>;

  private constructor(
    known: { mode: SystemMode; dataDir: string; password: string; ready: Ready },
    private readonly child: ChildProcess,
    private readonly output: LogWatch,
    private readonly ended: Promise<number | string>,
  ) {
    super(known.ready.publicUrl, known.password);
    this.mode = known.mode;
    this.dataDir = known.dataDir;
    this.firstPids = known.ready.services ?? { standalone: child.pid ?? 0 };
  }

  static async start(options: SystemOptions = {}): Promise<TestSystem> {
    const mode = options.mode ?? systemMode;
    const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'muster-e2e-')));
    const password = options.password ?? randomBytes(12).toString('base64url');
    const program = join(programs, mode === 'standalone' ? 'standalone.js' : 'launcher.js');
    const child = fork(program, [], {
      env: environmentOf({ dataDir, password, settings: options.settings ?? {} }),
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const output = new LogWatch([child.stdout, child.stderr]);
    const logFile = process.env['MUSTER_TEST_LOG'];
    if (logFile !== undefined)
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (text: string) => appendFileSync(logFile, text));
    const ended = new Promise<number | string>((done) =>
      child.once('exit', (code, signal) => done(signal ?? code ?? 'unknown')),
    );
    const ready = await readiness(child, ended, output);
    return new TestSystem({ mode, dataDir, password, ready }, child, output, ended);
  }

  /** Everything that was logged. */
  get log(): string {
    return this.output.text;
  }

  /** The first line of the log that fits, now or later. */
  logged(fits: (line: LogLine) => boolean): Promise<LogLine> {
    return this.output.next(fits);
  }

  /** The process of a service, after restarts too; `standalone` alone in that mode. */
  pidOf(service: string): number {
    const restarts = this.output.lines.filter((line) => line['msg'] === 'a service runs' && line['name'] === service);
    return Number(restarts.at(-1)?.['pid'] ?? this.firstPids[service]);
  }

  /** The service of this instance, by the launcher's log. */
  serviceOf(instance: string): string | undefined {
    const line = this.output.lines.find((each) => each['msg'] === 'a service runs' && each['runs'] === instance);
    return line === undefined ? undefined : String(line['name']);
  }

  /** The internal listener of a service, as its log says; of `standalone` in that mode. */
  internalUrlOf(service: string): string {
    const running = this.output.lines.filter((line) => line['msg'] === 'a service runs' && line['name'] === service);
    const instance = running.at(-1)?.['runs'];
    const listening = this.output.lines.filter((line) => line['msg'] === 'listening');
    const own = instance === undefined ? listening : listening.filter((line) => line['instance'] === instance);
    return String(own.at(-1)?.['internalUrl']);
  }

  /** As Ctrl-C does it under npm, which passes on what the terminal said too. Answers the exit status and how long it took. */
  async stop(): Promise<{ exit: number | string; tookMs: number }> {
    const startedAtMs = performance.now();
    const interrupt = (): unknown =>
      this.child.exitCode === null && this.child.signalCode === null && this.child.kill('SIGINT');
    interrupt();
    const again = setTimeout(interrupt, 100);
    const exit = await this.ended;
    clearTimeout(again);
    return { exit, tookMs: performance.now() - startedAtMs };
  }

  /** SIGKILL of the whole process (or of one service by name). */
  async kill(service?: string, signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    if (service !== undefined) {
      process.kill(this.pidOf(service), signal);
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
  override async dispose(): Promise<void> {
    await this.stop();
    for (const pid of this.processes()) process.kill(pid, 'SIGKILL');
    await rm(this.dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A system in the mode of this test run. One that is there already keeps its settings, and gets the catalogue. */
export function startSystem(settings: Record<string, string> = {}): Promise<SystemAccess> {
  return systemMode === 'cluster' ? GivenSystem.reach(settings['MUSTER_CATALOGUE']) : TestSystem.start({ settings });
}

function environmentOf({
  dataDir,
  password,
  settings,
}: {
  dataDir: string;
  password: string;
  settings: Record<string, string | undefined>;
}): NodeJS.ProcessEnv {
  const mongodbUri = process.env['MONGODB_URI'];
  const database =
    dataDir
      .split('/')
      .at(-1)
      ?.replaceAll(/[^a-zA-Z0-9]/g, '') ?? 'muster';
  return {
    PATH: process.env['PATH'] ?? '',
    MUSTER_PORT: '0',
    MUSTER_DATA_DIR: dataDir,
    MUSTER_CATALOGUE: resolve(programs, '../catalogue'),
    MUSTER_ADMIN_PASSWORD: password,
    MUSTER_BACKEND: systemBackend,
    ...backendSettings[systemBackend],
    // The one node is known as soon as it is there.
    MUSTER_BOOK_SETTLE_MS: '0',
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

function readiness(child: ChildProcess, ended: Promise<number | string>, output: LogWatch): Promise<Ready> {
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

/** A file of the repository, for requests and expectations. */
export async function repositoryFile(path: string): Promise<string> {
  return readFile(resolve(programs, '..', path), 'utf8');
}
