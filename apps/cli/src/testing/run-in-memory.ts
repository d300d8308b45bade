import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment, Surroundings } from '../context.js';
import { runCli } from '../run-cli.js';
import { MemoryTerminal } from './memory-terminal.js';

export interface Ran {
  exit: number;
  out: string;
  err: string;
  terminal: MemoryTerminal;
}

/** Runs command lines in this process, with a folder of its own for logins; it is removed by whoever made it. */
export class MemoryShell {
  private constructor(readonly folder: string) {}

  static async make(): Promise<MemoryShell> {
    return new MemoryShell(await mkdtemp(join(tmpdir(), 'muster-shell-')));
  }

  environment: Environment = {};
  surroundings: Partial<Surroundings> = {};

  async run(line: string, terminal = new MemoryTerminal()): Promise<Ran> {
    const exit = await runCli(
      line.split(' ').filter((word) => word !== ''),
      {
        terminal,
        environment: { XDG_CONFIG_HOME: this.folder, ...this.environment },
        programs: this.folder,
        nodeVersion: '24.0.0',
        clock: { nowMs: () => Date.now() },
        fetch: globalThis.fetch,
        onInterrupt: () => () => undefined,
        ...this.surroundings,
      },
    );
    return { exit, out: terminal.written, err: terminal.errors, terminal };
  }
}
