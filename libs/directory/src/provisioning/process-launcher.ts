import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { LaunchedService, ServiceLauncher, ServiceToLaunch } from './service-launcher.js';

/**
 * Forks the bundled programs of a folder. Their output is ours; they end with us, since the channel between us is what
 * tells them that we are gone (`disconnect`).
 */
export class ProcessLauncher implements ServiceLauncher {
  constructor(private readonly folder: string) {}

  launch({ program, environment }: ServiceToLaunch): LaunchedService {
    const child = fork(join(this.folder, `${program}.js`), [], {
      env: { ...environment },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: [],
      // A process group of its own: Ctrl-C reaches us alone, and we stop it in order.
      detached: true,
    });
    const ended = endOf(child);
    return { ended, stop: (graceMs) => stop(child, ended, graceMs) };
  }
}

function endOf(child: ChildProcess): LaunchedService['ended'] {
  return new Promise((resolve) => {
    child.once('error', () => child.pid === undefined && resolve({ code: null, signal: null }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

async function stop(child: ChildProcess, ended: Promise<unknown>, graceMs: number): Promise<void> {
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await ended;
  clearTimeout(force);
}
