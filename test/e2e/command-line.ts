import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';

export interface Said {
  exit: number | string;
  out: string;
  err: string;
}

const program = resolve(import.meta.dirname, '../../dist/cli.js');

/** The built `muster` as a shell starts it, with stored logins of its own. */
export class CommandLine {
  constructor(
    readonly folder: string,
    private readonly environment: Record<string, string> = {},
  ) {}

  /** `input`: what is piped into it. */
  run(words: readonly string[], { input = '', signalWhen }: RunOptions = {}): Promise<Said> {
    const child = spawn(process.execPath, [program, ...words], {
      cwd: resolve(import.meta.dirname, '../..'),
      env: {
        PATH: process.env['PATH'] ?? '',
        XDG_CONFIG_HOME: join(this.folder, 'config'),
        MUSTER_DATA_DIR: this.folder,
        ...this.environment,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.on('error', () => undefined).end(input);
    const said = { out: '', err: '' };
    let isSignalled = false;
    child.stderr.on('data', (part: Buffer) => (said.err += part.toString()));
    child.stdout.on('data', (part: Buffer) => {
      said.out += part.toString();
      if (isSignalled || signalWhen?.test(said.out) !== true) return;
      isSignalled = true;
      child.kill('SIGINT');
    });
    return new Promise((done) => {
      child.once('close', (code, signal) => done({ exit: signal ?? code ?? 'unknown', ...said }));
    });
  }

  /** The one JSON document that a command writes. */
  async json(words: readonly string[], options: RunOptions = {}): Promise<Record<string, unknown>> {
    const { out, err, exit } = await this.run([...words, '--json'], options);
    if (exit !== 0) throw new RangeError(`muster ${words.join(' ')} ended with ${exit}: ${err}`);
    return JSON.parse(out) as Record<string, unknown>;
  }

  /** One JSON object per line. */
  async jsonLines(words: readonly string[], options: RunOptions = {}): Promise<Record<string, unknown>[]> {
    const { out } = await this.run([...words, '--json'], options);
    return linesOf(out).map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

export interface RunOptions {
  input?: string;
  /** One Ctrl-C, as soon as standard output matches. */
  signalWhen?: RegExp;
}

export const linesOf = (out: string): string[] => out.split('\n').filter((line) => line !== '');
