import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemAccess } from '@muster/testing';

const password = 'bench-password';

export interface StandaloneOptions {
  /** Default: the one that users start. */
  program?: string;
  settings?: Record<string, string>;
}

/** Muster as a user starts it: a process of its own with a folder of its own, and without a channel to us. */
export class StandaloneProcess extends SystemAccess {
  readonly dataDir: string;
  /** From its start until it said that it runs. */
  readonly readyMs: number;

  private constructor(
    known: { publicUrl: string; dataDir: string; readyMs: number },
    private readonly child: ChildProcess,
    private readonly errors: { text: string },
  ) {
    super(known.publicUrl, password);
    this.dataDir = known.dataDir;
    this.readyMs = known.readyMs;
  }

  static async start({
    program = 'dist/standalone.js',
    settings = {},
  }: StandaloneOptions = {}): Promise<StandaloneProcess> {
    const dataDir = await mkdtemp(join(tmpdir(), 'muster-bench-'));
    const env = {
      PATH: process.env['PATH'],
      MUSTER_PORT: '0',
      MUSTER_DATA_DIR: dataDir,
      MUSTER_ADMIN_PASSWORD: password,
      ...settings,
    };
    const begin = performance.now();
    const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    const errors = { text: '' };
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors.text += text));
    while (!errors.text.includes('Muster is running')) {
      const ended = await Promise.race([once(child.stderr, 'data'), once(child, 'exit')]);
      if (child.exitCode !== null) throw new TypeError(`Muster did not start (${ended[0]}): ${errors.text}`);
    }
    const readyMs = performance.now() - begin;
    const [, publicUrl = ''] = /Page\s+(\S+)\//.exec(errors.text) ?? [];
    return new StandaloneProcess({ publicUrl, dataDir, readyMs }, child, errors);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** What it wrote to the error stream. */
  get said(): string {
    return this.errors.text;
  }

  /** An orderly end; where nothing real runs, nothing needs one. */
  override async dispose(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const exited = once(this.child, 'exit');
    if (this.child.exitCode === null && this.child.kill(signal)) await exited;
    await rm(this.dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}
