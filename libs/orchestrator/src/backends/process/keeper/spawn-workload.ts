import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { InvalidSpec } from '../../../contract/errors.js';
import { startError } from './keeper-error.js';
import type { Launch } from './protocol.js';
import type { SparePool } from './spare-pool.js';
import type { WorkloadFolder, WorkloadRecord } from './workload-record.js';

type OnExit = (code: number | null, signal: string | null) => void;

/**
 * Starts the program as the leader of its own process group, writing straight to the workload's files. Resolves to its pid;
 * rejects with the contract's error if it cannot be started, and then `onExit` is never called.
 */
export async function spawnWorkload(
  launch: Launch,
  folder: WorkloadFolder,
  record: WorkloadRecord,
  { spares, onExit }: { spares: SparePool; onExit: OnExit },
): Promise<number> {
  if (launch.scratchDir !== undefined && makeScratch(launch.scratchDir)) record.scratchDir = launch.scratchDir;
  const cwd = launch.workingDirectory ?? launch.scratchDir ?? folder.path;
  if (!isDirectory(cwd)) throw new InvalidSpec(`there is no directory ${cwd}`);
  return (await becomeOf(launch, cwd, folder, { spares, onExit })) ?? spawnNew(launch, cwd, folder, onExit);
}

/** A spare is as good as a new process, and one that fails to become the workload is no worse than none. */
async function becomeOf(
  launch: Launch,
  cwd: string,
  folder: WorkloadFolder,
  { spares, onExit }: { spares: SparePool; onExit: OnExit },
): Promise<number | undefined> {
  const [, module = ''] = launch.args;
  const outputs = { stdout: folder.file('stdout'), stderr: folder.file('stderr') };
  return spares
    .take(launch)
    ?.become({ module, workingDirectory: cwd, env: launch.env }, outputs, onExit)
    .catch(() => undefined);
}

async function spawnNew(launch: Launch, cwd: string, folder: WorkloadFolder, onExit: OnExit): Promise<number> {
  const outputs = [folder.file('stdout'), folder.file('stderr')].map((path) => openSync(path, 'a', 0o600));
  try {
    const child = spawn(launch.file, launch.args, {
      cwd,
      env: { ...launch.env },
      detached: true,
      stdio: ['ignore', ...outputs],
      windowsHide: true,
    });
    // At once: a program may end before the promise below is looked at.
    if (child.pid !== undefined) child.on('exit', onExit);
    return await pidOf(child);
  } catch (error) {
    throw startError(launch.file, error);
  } finally {
    for (const output of outputs) closeSync(output);
  }
}

function pidOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    if (child.pid !== undefined) resolve(child.pid);
  });
}

/** Returns true if it was not there, so that only what is ours is removed later. */
function makeScratch(path: string): boolean {
  try {
    return mkdirSync(path, { recursive: true, mode: 0o700 }) !== undefined;
  } catch (error) {
    throw startError(path, error);
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
