/**
 * The keeper process: holds the children of one local directory and outlives it. Started by the `process` back end with
 * its settings as the only argument; says `ready` or `taken` on standard output.
 */
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { Keeper } from './keeper.js';
import { takeKeeperLock } from './keeper-lock.js';
import { KeeperServer } from './keeper-server.js';
import type { KeeperSettings } from './protocol.js';

const calmLookMs = 250;
const busyLookMs = 25;
const busyBytes = 256 * 1024;

const settings = JSON.parse(process.argv[2] ?? '{}') as KeeperSettings;
mkdirSync(settings.stateDir, { recursive: true, mode: 0o700 });
chmodSync(settings.stateDir, 0o700);
process.chdir(settings.stateDir);
const lock = takeKeeperLock(settings.stateDir);
if (lock) await keep(lock);
else process.stdout.write('taken\n');

async function keep(lock: { release(): void }): Promise<void> {
  // Our parent's terminal, and whether it still reads what we say, must not end us.
  for (const signal of ['SIGHUP', 'SIGINT'] as const) process.on(signal, () => {});
  process.stdout.on('error', () => {});
  const keeper = new Keeper(settings);
  let idle: NodeJS.Timeout | undefined;
  const leaveLater = (): void => {
    clearTimeout(idle);
    idle = setTimeout(() => (keeper.isIdle && server.connections === 0 ? leave() : leaveLater()), settings.idleExitMs);
  };
  const leave = (): void => {
    clearTimeout(idle);
    keeper.close();
    server.close();
    leaveSocketFolder();
    lock.release();
    process.exit(0);
  };
  const server = new KeeperServer(keeper, leave, leaveLater);
  prepareSocketFolder();
  await server.listen(settings.socketPath);
  leaveLater();
  look(keeper);
  process.stdout.write('ready\n');
}

/** The socket of a dead predecessor is removed: we have the lock. */
function prepareSocketFolder(): void {
  if (process.platform === 'win32') return;
  mkdirSync(dirname(settings.socketPath), { recursive: true, mode: 0o700 });
  rmSync(settings.socketPath, { force: true });
}

/** A folder that holds only the socket goes with it. */
function leaveSocketFolder(): void {
  if (process.platform === 'win32' || dirname(settings.socketPath) === settings.stateDir) return;
  rmSync(dirname(settings.socketPath), { recursive: true, force: true });
}

/** Again and again: soon where much is printed, so that little more than the bound is ever on disk. */
function look(keeper: Keeper): void {
  const { busiestBytes } = keeper.look();
  setTimeout(() => look(keeper), busiestBytes > busyBytes ? busyLookMs : calmLookMs);
}
