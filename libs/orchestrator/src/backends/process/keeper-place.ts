import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { BackendUnavailable } from '../../contract/errors.js';

/** The system's bound on a socket's path (108 on Linux, 104 on macOS), with room. */
const maxSocketPath = 100;

export interface KeeperPlace {
  readonly stateDir: string;
  readonly socketPath: string;
}

/**
 * Makes the state directory, closed to other users, and says where its keeper's socket is: in it, or, where that path is
 * too long for a socket, in a directory of ours named by its hash.
 */
export function prepareKeeperPlace(wanted: string): KeeperPlace {
  try {
    closedDirectory(wanted);
    const stateDir = realpathSync(wanted);
    const hash = createHash('sha256').update(stateDir).digest('hex').slice(0, 24);
    if (process.platform === 'win32') return { stateDir, socketPath: `\\\\.\\pipe\\muster-keeper-${hash}` };
    const inside = join(stateDir, 'keeper.sock');
    if (Buffer.byteLength(inside) <= maxSocketPath) return { stateDir, socketPath: inside };
    const elsewhere = `/tmp/muster-keeper-${hash}`;
    closedDirectory(elsewhere);
    return { stateDir, socketPath: join(elsewhere, 'keeper.sock') };
  } catch (cause) {
    if (cause instanceof BackendUnavailable) throw cause;
    throw new BackendUnavailable(`the state directory ${wanted} cannot be used: ${String(cause)}`, { cause });
  }
}

function closedDirectory(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const { uid } = lstatSync(path);
  if (process.getuid && uid !== process.getuid()) throw new BackendUnavailable(`${path} belongs to another user`);
  chmodSync(path, 0o700);
}
