import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface RunningSystem {
  publicUrl: string;
  password: string;
  /** Ends all sessions and services. */
  stop(): Promise<void>;
}

/** The whole system in one process of its own, on a free port, with its log in the output folder. */
export async function startSystem(programs: string, output: string): Promise<RunningSystem> {
  const password = randomBytes(12).toString('base64url');
  const logFile = join(output, 'muster.log');
  const child = fork(join(programs, 'standalone.js'), [], {
    env: {
      ...(process.env['PATH'] === undefined ? {} : { PATH: process.env['PATH'] }),
      MUSTER_PORT: '0',
      MUSTER_DATA_DIR: join(output, 'data'),
      MUSTER_CATALOGUE: join(programs, '../catalogue'),
      MUSTER_ADMIN_PASSWORD: password,
    },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const log = createWriteStream(logFile);
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const ready = new Promise<string>((resolve) =>
    child.once('message', (message: { publicUrl: string }) => resolve(message.publicUrl)),
  );
  const publicUrl = await Promise.race([
    ready,
    ended.then(async (code) => Promise.reject(new StartFailed(code, await readFile(logFile, 'utf8')))),
  ]);
  return {
    publicUrl,
    password,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

class StartFailed extends Error {
  override readonly name = 'StartFailed';
  constructor(code: number | null, log: string) {
    super(`Muster did not start (${code}):\n${log.slice(-2000)}`);
  }
}
