import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { groupMembers, processStartOf } from './process-identity.js';

/**
 * Sends a signal to a workload's whole process group; a group that is gone is no error. Windows has no groups and no polite
 * signal for programs without a window: there both signals end the process tree at once.
 */
export function signalGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true }).on('error', () => {});
    return;
  }
  signalOne(-pid, signal);
}

/** A process that is gone, or is not ours to signal, is no error. */
export function signalOne(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone, or never ours.
  }
}

/**
 * Resolves when no process of a killed group is left, after at most a second. Those that have ended and wait for a parent
 * to reap them are counted as gone where the system can tell (Linux): in many containers nobody ever reaps them.
 */
export async function groupIsGone(pid: number): Promise<void> {
  let members: number[] | undefined;
  for (let left = 200; left > 0 && groupExists(pid); left -= 1) {
    members = (members ?? groupMembers(pid))?.filter((member) => processStartOf(member) !== undefined);
    if (members?.length === 0) return;
    await pause(5);
  }
}

function groupExists(pid: number): boolean {
  if (process.platform === 'win32') return false;
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}
