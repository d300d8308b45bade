import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A program of `bare/`, which says where it listens when it does. */
export class BareProgram {
  private constructor(
    private readonly child: ChildProcess,
    /** What it said first. */
    readonly address: string,
  ) {}

  static async start(name: string, ...args: string[]): Promise<BareProgram> {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'bare', `${name}.mjs`), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [text] = (await once(child.stdout, 'data')) as [Buffer];
    return new BareProgram(child, text.toString('utf8').trim());
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}
