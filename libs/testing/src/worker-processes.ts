import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** A worker as the operating system sees it. */
export interface WorkerProcess {
  pid: number;
  role: string;
  incarnation: number;
}

/** What Docker puts before a container's program, with the same environment. */
const firstInContainer = 'docker-init';

/** Live processes whose environment or command line has this text. Linux only: elsewhere it finds none. */
export function processesNaming(text: string): number[] {
  return liveProcesses().filter((pid) => ['environ', 'cmdline'].some((file) => readProc(pid, file).includes(text)));
}

/** The processes that run a session's workers, by role. */
export function workerProcesses(sessionId: string): WorkerProcess[] {
  return liveProcesses()
    .map((pid) => ({ pid, environment: environmentOf(pid) }))
    .filter(({ environment }) => environment.get('MUSTER_SESSION_ID') === sessionId)
    .filter(({ pid }) => readProc(pid, 'comm').trim() !== firstInContainer)
    .map(({ pid, environment }) => ({
      pid,
      role: environment.get('MUSTER_ROLE') ?? '',
      incarnation: Number(environment.get('MUSTER_INCARNATION')),
    }))
    .sort((one, other) => one.role.localeCompare(other.role) || one.pid - other.pid);
}

export function isAlive(pid: number): boolean {
  return liveProcesses().includes(pid);
}

function liveProcesses(): number[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && readProc(pid, 'stat') !== '' && !/\) [ZX] /.test(readProc(pid, 'stat')));
}

function environmentOf(pid: number): Map<string, string> {
  const entries = readProc(pid, 'environ').split('\0');
  return new Map(entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]));
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
