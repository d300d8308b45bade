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
    .flatMap((pid) => bornAs(pid, sessionId) ?? becomeOf(pid, sessionId) ?? [])
    .filter(({ pid }) => readProc(pid, 'comm').trim() !== firstInContainer)
    .sort((one, other) => one.role.localeCompare(other.role) || one.pid - other.pid);
}

function bornAs(pid: number, sessionId: string): WorkerProcess | undefined {
  const environment = environmentOf(pid);
  if (environment.get('MUSTER_SESSION_ID') !== sessionId) return undefined;
  return {
    pid,
    role: environment.get('MUSTER_ROLE') ?? '',
    incarnation: Number(environment.get('MUSTER_INCARNATION')),
  };
}

/** A process that waited as a spare was born without an environment; its title says what it is now. */
function becomeOf(pid: number, sessionId: string): WorkerProcess | undefined {
  const [, session, incarnation, role = ''] =
    /^muster-worker (\S+) (\d+) ([a-z0-9-]+)/.exec(readProc(pid, 'cmdline').replaceAll('\0', '')) ?? [];
  return session === sessionId ? { pid, role, incarnation: Number(incarnation) } : undefined;
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
