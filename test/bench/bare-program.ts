import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Whoever looks into it finds a port of its own. */
const flags = ['--inspect-port=0'];

/** A program of `bare/`, which says where it listens when it does. */
export class BareProgram {
  private constructor(
    private readonly child: ChildProcess,
    /** What it said first. */
    readonly address: string,
    private readonly errors: { text: string },
  ) {}

  static async start(name: string, ...args: string[]): Promise<BareProgram> {
    const file = join(import.meta.dirname, 'bare', `${name}.mjs`);
    const child = spawn(process.execPath, [...flags, file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const errors = { text: '' };
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors.text += text));
    const [text] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as [Buffer | number | null];
    if (!Buffer.isBuffer(text)) throw new TypeError(`${name} did not start (${text}): ${errors.text}`);
    return new BareProgram(child, text.toString('utf8').trim(), errors);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** What it wrote to the error stream. */
  get said(): string {
    return this.errors.text;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}
