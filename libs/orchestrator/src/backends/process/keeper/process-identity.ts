import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * When the process with this pid was started, in the system's own words, or undefined if there is none (a process that has
 * ended and only waits to be reaped is none). Pid and start together name a process for ever, across reboots too.
 */
export function processStartOf(pid: number): string | undefined {
  if (process.platform === 'linux') return linuxStart(pid);
  if (process.platform === 'darwin') return darwinStart(pid);
  return undefined;
}

function linuxStart(pid: number): string | undefined {
  const fields = statFields(pid);
  if (fields === undefined) return undefined;
  const [state, startTicks] = [fields[0], fields[19]];
  return state === 'Z' || state === 'X' ? undefined : `${bootId()}/${startTicks}`;
}

/** From the third field on. The second is the program's name in parentheses and may hold anything: count from its end. */
function statFields(pid: number): string[] | undefined {
  const stat = readOrUndefined(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** The processes of a group; undefined where the system does not tell. */
export function groupMembers(group: number): number[] | undefined {
  if (process.platform !== 'linux') return undefined;
  return allPids().filter((pid) => statFields(pid)?.[2] === String(group));
}

function allPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

let knownBootId: string | undefined;
function bootId(): string {
  return (knownBootId ??= readOrUndefined('/proc/sys/kernel/random/boot_id')?.trim() ?? 'boot');
}

function darwinStart(pid: number): string | undefined {
  try {
    const line = execFileSync('/bin/ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
  } catch {
    return undefined;
  }
}

function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Pids whose standard output or error goes to one of these files: the members of a workload. Linux only, else none. */
export function processesWritingTo(files: readonly string[]): number[] {
  if (process.platform !== 'linux') return [];
  return allPids().filter((pid) => [1, 2].some((fd) => files.includes(linkOf(`/proc/${pid}/fd/${fd}`))));
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
